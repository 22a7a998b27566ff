"""Leases that end are told by the bell: once when the warning begins, once when the lease has ended."""

from collections.abc import Iterator
from datetime import date, datetime, time, timedelta

from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import Membership
from accounts.roles import Role
from coordination.centres import connection
from coordination.models import Centre
from districts.models import Unit
from hcmc_ioc.lib.names import in_force
from indicators import keepers, notices
from indicators.models import Notice
from indicators.notices import Told

CODE = "lease"


def register() -> None:
    notices.worded[CODE] = words


def remind(now: datetime) -> None:
    """Tell the leaders of the units and the city's office. Each notice bears the day on which it was due, so that
    looking again tells nobody anything."""
    today, days = timezone.localdate(now), connection.setting().lease_warning_days
    there = Unit.objects.in_force().values("pk")
    leased = Centre.objects.filter(tenure=Centre.Tenure.LEASED, leased_until__lte=today + timedelta(days=days),
                                   unit__in=there).select_related("unit")
    if not (found := list(leased)):
        return
    office = set(Membership.objects.valid().filter(
        role=Role.ANALYST, user__is_active=True).values_list("user_id", flat=True))
    leaders = keepers.leaders([centre.unit_id for centre in found])
    for centre in found:
        notices.tell(told for user in office | set(leaders.get(centre.unit_id, ())) for told in _told(
            centre, user, today, days))


def _told(centre: Centre, user: int, today: date, days: int) -> Iterator[Told]:
    ends = centre.leased_until
    if ends is None:
        return
    what, since = ("ended", ends + timedelta(days=1)) if ends < today else ("ends", ends - timedelta(days=days))
    said = {"what": what, "day": f"{ends:%d/%m/%Y}", "unit_vi": centre.unit.name_vi, "unit_en": centre.unit.name_en}
    yield Told(user, f"lease:{centre.pk}:{ends}:{what}", CODE, reverse("centre", args=[centre.unit.slug]),
               timezone.make_aware(datetime.combine(since, time.min)), parameters=said)


def words(notice: Notice) -> str:
    """What such a notice says, in the language in force."""
    given = notice.parameters
    said = given | {"unit": in_force(given["unit_vi"], given["unit_en"])}
    if given["what"] == "ended":
        return _("Hợp đồng thuê trung tâm của %(unit)s đã hết hạn ngày %(day)s.") % said
    return _("Hợp đồng thuê trung tâm của %(unit)s hết hạn ngày %(day)s.") % said
