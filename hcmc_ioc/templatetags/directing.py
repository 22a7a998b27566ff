"""*Giao chỉ đạo* beside whatever a leader sees, and what others said beside it. Pieces are drawn once for all who see
them, so the link stands in every one, and the page shows it to whoever may use it (`directs`)."""

from django.urls import NoReverseMatch, reverse
from django.utils.http import urlencode
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from accounts.requests import acting
from accounts.roles import Role
from hcmc_ioc.lib import beside
from hcmc_ioc.lib.assets import icon
from hcmc_ioc.lib.markup import format_html
from hcmc_ioc.lib.templating import Library

register = Library()
DIRECTS = {Role.CITY_LEADER: "directs", Role.UNIT_LEADER: "directs asks"}


@register.simple_tag(takes_context=True)
def directs(context) -> str:
    """The class of a page whose reader may direct, or ask the city, with one press."""
    return DIRECTS.get(getattr(getattr(context.get("request"), "user", None), "role", ""), "")


@register.simple_tag
def direct(kind: str, what: str, name: str = "") -> SafeString:
    """`{{ direct("chi-so", "fires::2026-10", indicator.name) }}`: all of it filled in; `name` is read out. Nothing
    where the site has no directives."""
    try:
        address = reverse("new_directive")
    except NoReverseMatch:
        return SafeString("")
    words = format_html('<span class="to-direct">{}</span><span class="to-ask">{}</span>', _("Giao chỉ đạo"),
                        _("Kiến nghị"))
    return format_html('<a class="button small quiet direct" href="{}?{}">{}{}<span class="visually-hidden">: {}</span>'
                       '</a>', address, urlencode({"ve": f"{kind}:{what}"}), icon("flag"), words, name)


@register.simple_tag(takes_context=True)
def beside_ticket(context, ticket_id: int) -> list[beside.Remark]:
    """What is to be said beside a report of citizens, for this person."""
    return beside.about_ticket(acting(context["request"]), ticket_id)


@register.simple_tag
def beside_figure(indicator_id: int, unit_id: int | None, start, shown: str = "") -> list[beside.Remark]:
    """What is to be said beside one figure, for whoever sees it."""
    asked = beside.Figure(indicator_id, unit_id, start, shown)
    return beside.about_figures([asked]).get(asked, [])
