"""An incident as what a directive is about."""

from django.urls import reverse
from django.utils.translation import gettext as _

from accounts.actors import Actor
from coordination.directives.subjects import Subject
from coordination.incidents import access
from coordination.models import Directive


def find(actor: Actor, text: str) -> Subject | None:
    """`su-co:<number>`, for whoever reads the incident."""
    if not text.isdecimal() or len(text) > 9:
        return None
    found = access.readable(actor).select_related("lead").filter(pk=int(text)).first()
    if found is None:
        return None
    tickets = list(found.joined.values_list("ticket", flat=True))
    return Subject(Directive.About.INCIDENT, f"{found.code}: {found.title}", reverse("incident", args=[found.pk]),
                   more={"incident": found.pk}, lead=[found.lead], tickets=tickets, days=1,
                   result=_("Báo kết quả về phòng trực"))
