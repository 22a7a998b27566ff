"""What beat does: make what is due, release what waited for remarks, look again whether printed figures still stand."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import Count, Min, Q
from django.utils import timezone

from districts.models import Unit
from indicators import owed
from indicators.periods import Period
from reports import collecting, editions, naming
from reports.asked import Run
from reports.models import Edition, ReportType

BACK = 12  # periods that are made up after everything was down
WEEKS = timedelta(days=40)  # that the administrator's page tells of
LOOKED_AT = timedelta(days=100)  # after its cut-off an edition is looked at again for so long


def make_due(now: datetime) -> int:
    """Make every report whose cut-off has passed and that is not there; returns how many were made or tried."""
    city = Unit.objects.city()
    made = 0
    for type_ in ReportType.objects.filter(Q(closed_on=None) | Q(closed_on__gt=now.date())):
        for period in reversed(list(due(type_, now))):
            made += make_period(type_, period, now, city=city)
    return made


def due(type_: ReportType, now: datetime) -> Iterator[Period]:
    """The periods of a type whose cut-off has passed, the newest first, as far back as is made up."""
    rule = owed.rule()
    period = rule.at(type_.period_kind, now)
    for _step in range(BACK + 1):
        if owed.first_day(period) < type_.begins:
            return
        if collecting.cut_off(type_, period) <= now:
            yield period
        period = rule.before(period)


def make_period(type_: ReportType, period: Period, now: datetime, *, city: Unit, released: bool = False) -> int:
    """The reports of one period that lack; a process that is killed in the middle goes on where it was."""
    run = Run(type_, period, collecting.cut_off(type_, period))
    there = Edition.objects.filter(type=type_, start=period.start, number=1)
    done = set(there.exclude(state=Edition.State.FAILED).values_list("unit_id", flat=True))
    done |= set(there.filter(made_at__gt=now - editions.TRY_AGAIN).values_list("unit_id", flat=True))
    if city.pk in done and not type_.for_units:
        return 0
    lacking = [unit for unit in editions.scopes(run, city) if unit.pk not in done]
    for unit in lacking:
        editions.make(run, unit, now, released=released)
    return len(lacking)


def release_due(now: datetime) -> int:
    """Release what waited long enough; returns how many."""
    return sum(editions.release(pk, now) is not None for pk in editions.waiting(now))


@dataclass(frozen=True)
class Progress:
    """How the reports of the last weeks are: how many are released, wait for remarks, could not be made."""

    released: int
    waiting: int
    failed: int


def progress(now: datetime) -> Progress:
    recent = Edition.objects.filter(cut_off__gt=now - WEEKS)
    counts = dict(recent.values_list("state").annotate(n=Count("pk")).order_by())
    state = Edition.State
    return Progress(*(counts.get(one, 0) for one in (state.RELEASED, state.DRAFT, state.FAILED)))


def late_since() -> datetime | None:
    """Since when the oldest report is late: it could not be made, or its term for remarks is over and it is not
    released."""
    now = timezone.now()
    failed = Edition.objects.filter(state=Edition.State.FAILED).aggregate(at=Min("cut_off"))["at"]
    waits = Edition.objects.filter(state=Edition.State.DRAFT, remarks_until__lt=now)
    moments = [at for at in (failed, waits.aggregate(at=Min("remarks_until"))["at"]) if at]
    return min(moments, default=None)


def look_again(now: datetime) -> None:
    """Once a day: whether what was printed would be printed otherwise today."""
    recent = Edition.objects.released().latest_ones().filter(cut_off__gt=now - LOOKED_AT)
    runs: dict[tuple, Run] = {}
    for edition in recent.select_related("type", "unit").order_by("type", "start").iterator():
        key = edition.type_id, edition.start
        if key not in runs:
            runs = {key: Run(edition.type, naming.period_of(edition), now)}  # one at a time: it holds all figures
        editions.look_again(edition, runs[key], now)
