"""What stands beside figures and reports of citizens: explanations for whoever sees the figure, directives for whoever
may read them."""

from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.actors import Actor
from coordination import access
from coordination.machines.directives import State
from coordination.models import Directive, DirectiveEvent
from districts.models import Unit
from hcmc_ioc.lib import beside
from hcmc_ioc.lib.beside import Figure, Remark

GIVEN = [State.REPORTED, State.CONFIRMED]


def register() -> None:
    beside.figures.append(explanations)
    beside.tickets.append(directives)


def explanations(asked: list[Figure]) -> dict[Figure, list[Remark]]:
    """The explanations that units gave of these figures, as long as they were not sent back; one that is asked for says
    so. Where the figure reads otherwise now, that is said too. One statement for all."""
    places = {(one.indicator_id, _unit(one.unit_id), one.start): one for one in asked}
    known = Directive.objects.filter(
        kind=Directive.Kind.EXPLANATION, recalled_at=None, indicator__in={one.indicator_id for one in asked},
        figure_start__in={one.start for one in asked}).order_by("-sent_at")
    found: dict[Figure, list[Remark]] = {}
    rows = [row for row in known if _key(row) in places]
    given = _given([row.pk for row in rows])
    for row in rows:
        figure = places[_key(row)]
        found.setdefault(figure, []).append(_remark(row, given.get(row.pk), figure))
    return found


def _unit(unit_id: int | None) -> int:
    return unit_id or Unit.objects.city().pk


def _key(row: Directive) -> tuple:
    return row.indicator_id, row.figure_unit_id, row.figure_start


def _given(ids: list[int]) -> dict[int, DirectiveEvent]:
    """The latest explanation of each that still stands."""
    events = DirectiveEvent.objects.filter(directive__in=ids, verb="explain", recipient__state__in=GIVEN)
    return {event.directive_id: event for event in events.select_related("recipient__unit").order_by("at")}


def _remark(row: Directive, given: DirectiveEvent | None, figure: Figure) -> Remark:
    url = reverse("directive", args=[row.pk])
    if given is None or given.recipient is None:
        return Remark(_("Đã yêu cầu giải trình, hạn %(day)s") % {"day": f"{timezone.localtime(row.due_at):%d/%m/%Y}"},
                      url, tone="warn", icon="message-report")
    day = given.texts.get("remedy_date", "")
    said = {"unit": given.recipient.unit.name, "cause": given.texts.get("cause", ""),
            "remedy": given.texts.get("remedy", ""), "day": "/".join(reversed(day.split("-")))}
    more = _("Khắc phục: %(remedy)s, xong ngày %(day)s") % said
    then = row.about.get("shown", "")
    if figure.shown and then and figure.shown != then:
        more += " " + _("(giải trình khi số liệu là %(then)s; số liệu đã được sửa)") % {"then": then}
    return Remark(_("%(unit)s giải trình: %(cause)s") % said, url, more, "ok" if _confirmed(given) else "info",
                  "message-report")


def _confirmed(given: DirectiveEvent) -> bool:
    return given.recipient is not None and given.recipient.state == State.CONFIRMED


def directives(actor: Actor, ticket_id: int) -> list[Remark]:
    """The directives that are about this report, alone or on a list."""
    if not access.may_read(actor):
        return []
    found = access.readable(actor).filter(listed__ticket=ticket_id, recalled_at=None).order_by("-sent_at")[:5]
    return [Remark(row.title, reverse("directive", args=[row.pk]),
                   _("%(code)s, hạn %(day)s") % {"code": row.code,
                                                  "day": f"{timezone.localtime(row.due_at):%d/%m/%Y}"})
            for row in found]
