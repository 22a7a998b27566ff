"""Opinions that are late are told by the bell, to whoever has to give them; once for each term that passed."""

from datetime import datetime

from django.urls import reverse
from django.utils.translation import gettext as _

from accounts.models import Membership
from accounts.roles import Role
from coordination.models import Consultation
from indicators import notices
from indicators.models import Notice
from indicators.notices import Told

CODE = "opinion"


def register() -> None:
    notices.worded[CODE] = words


def remind(now: datetime) -> None:
    """Tell the office, and the leaders where they sign. Each notice bears the term that passed, so that looking again
    tells nobody anything."""
    late = Consultation.objects.filter(state=Consultation.State.SUBMITTED, due_at__lt=now)
    for row in late.select_related("item__unit", "tier"):
        roles = {Role.ANALYST} | ({row.tier.signer} if row.tier and row.proposed_by_id else set())
        people = Membership.objects.valid().filter(role__in=roles, user__is_active=True)
        said = {"item": row.item.name, "unit": row.item.unit.name_vi}
        notices.tell(Told(user, f"opinion:{row.pk}:{row.due_at:%Y%m%d%H%M}", CODE,
                          reverse("consultation", args=[row.pk]), row.due_at or now, parameters=said)
                     for user in set(people.values_list("user_id", flat=True)))


def words(notice: Notice) -> str:
    """What such a notice says, in the language in force."""
    return _("Quá hạn cho ý kiến: “%(item)s” của %(unit)s.") % notice.parameters
