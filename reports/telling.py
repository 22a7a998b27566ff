"""Who is told of an edition, by the bell: the unit's leader of a draft, whom it is for of a release, the analysts of
what failed or was revised."""

from collections.abc import Iterable

from django.utils import timezone

from accounts.models import Membership
from accounts.roles import Role
from districts.models import Unit
from indicators import keepers, notices
from indicators.models import Notice
from indicators.notices import Told
from reports import naming
from reports.models import Edition

Code = Notice.Code


def waits_for_remarks(edition: Edition) -> None:
    """The unit's leader sees it first."""
    until = timezone.localtime(edition.remarks_until).date().isoformat()
    _tell(edition, Code.REPORT_DRAFT, _leaders(edition), until=until)


def released(edition: Edition) -> None:
    """Of the city's: its leaders and analysts; of a unit's: its leader. A new edition is told to whoever opened one."""
    people = set(_leaders(edition))
    if edition.unit.kind == Unit.Kind.CITY:
        people |= set(_of_role(Role.ANALYST))
    if edition.number > 1:
        before = edition.type.editions.filter(unit=edition.unit_id, start=edition.start)
        people |= set(before.filter(openings__isnull=False).values_list("openings__user", flat=True))
    _tell(edition, Code.REPORT_NEW if edition.number > 1 else Code.REPORT_READY, people)


def failed(edition: Edition) -> None:
    _tell(edition, Code.REPORT_FAILED, _of_role(Role.ANALYST), reason=edition.problem)


def revised(edition: Edition) -> None:
    _tell(edition, Code.REPORT_REVISED, _of_role(Role.ANALYST))


def _leaders(edition: Edition) -> Iterable[int]:
    if edition.unit.kind == Unit.Kind.CITY:
        return _of_role(Role.CITY_LEADER)
    return keepers.leaders([edition.unit_id])[edition.unit_id]


def _of_role(role: Role) -> list[int]:
    rows = Membership.objects.valid().filter(role=role, user__is_active=True)
    return sorted(set(rows.values_list("user_id", flat=True)))


def _tell(edition: Edition, code: str, people: Iterable[int], **more: str) -> None:
    said = {"what_vi": edition.type.name_vi, "what_en": edition.type.name_en, "unit": edition.unit.name_vi,
            "words": naming.name(naming.period_of(edition)).lower()} | more
    key = f"report:{edition.type_id}:{edition.unit_id}:{edition.start:%Y%m%d}:{edition.number}:{code}"
    notices.tell(Told(user, key, code, edition.get_absolute_url(), parameters=said) for user in set(people))
