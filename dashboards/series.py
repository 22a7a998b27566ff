"""Figures over time and by kind, read from the rollups: what charts draw."""

from collections import defaultdict
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from operator import add

from django.db.models import Max, Q, Sum

from dashboards.models import CategoryDay, PromiseDay, UnitDay, UnitHour
from dashboards.periods import Period
from feedback.rulebook import rulebook
from hcmc_ioc.lib.stats import change, percentile

USUAL_WEEKS = 8


def last_day_with_data(unit_id: int) -> date | None:
    """The last local day on which anything was received; None before the first ticket."""
    return UnitDay.objects.filter(unit_id=unit_id, received__gt=0).aggregate(last=Max("day"))["last"]


LONG_AGO = timedelta(days=30)


def current_day(unit_id: int, now: datetime) -> tuple[date, date | None]:
    """(the day that screens look at, None) – today; or, when the data ended long ago, its last day twice, so that a
    screen can say so."""
    today = now.astimezone(rulebook().zone).date()
    last = last_day_with_data(unit_id)
    return (last, last) if last and today - last > LONG_AGO else (today, None)


def daily(unit_id: int, period: Period, *measures: str) -> dict[str, list[int]]:
    """One number a day for each of `measures` (columns of `UnitDay`); a day without a row is 0: nothing happened."""
    found = UnitDay.objects.filter(unit_id=unit_id, day__range=(period.start, period.end))
    rows = {row["day"]: row for row in found.values("day", *measures)}
    return {m: [rows[d][m] if d in rows else 0 for d in period.each_day()] for m in measures}


def daily_on_time(unit_id: int, period: Period, today: date) -> list[float | None]:
    """The share of promises kept by the day they fell due; None where nothing was due, or the day is not over."""
    rows = dict(
        (day, met / due)
        for day, due, met in PromiseDay.objects.filter(
            unit_id=unit_id, day__range=(period.start, period.end), day__lt=today, due__gt=0
        ).values_list("day", "due", "met")
    )
    return [rows.get(day) for day in period.each_day()]


@dataclass(frozen=True)
class Hours:
    """Received per clock hour of a day beside what is usual on that weekday; None for hours not yet begun, and for the
    running hour until it has what is usual: before, it would read as a fall."""

    received: list[int | None]
    low: list[float | None]  # 10th percentile of the last eight same weekdays
    usual: list[float | None]  # their median
    high: list[float | None]  # 90th percentile

    def unusual(self) -> list[int]:
        """The hours that lie above the usual band."""
        return [
            hour for hour, (count, high) in enumerate(zip(self.received, self.high, strict=True))
            if count is not None and high is not None and count > high
        ]


def hours(unit_id: int, day: date, now: datetime) -> Hours:
    zone = rulebook().zone
    days = [day - timedelta(weeks=n) for n in range(USUAL_WEEKS + 1)]
    counts = defaultdict(int)
    wanted = Period(days[-1], day).instants(zone)
    for hour, received in UnitHour.objects.filter(
        unit_id=unit_id, hour__gte=wanted[0], hour__lt=wanted[1]
    ).values_list("hour", "received"):
        local = hour.astimezone(zone)
        if local.date() in days:
            counts[local.date(), local.hour] += received
    known = {d for d, _hour in counts} - {day}
    past = [[counts[d, h] for d in days[1:] if d in known] for h in range(24)]
    here = now.astimezone(zone)
    begun = 24 if here.date() > day else (here.hour + 1 if here.date() == day else 0)
    received = [counts[day, h] if h < begun else None for h in range(24)]
    low, usual, high = ([percentile(values, share) for values in past] for share in (0.1, 0.5, 0.9))
    if 0 < begun < 24 and received[begun - 1] < (usual[begun - 1] or 0):
        received[begun - 1] = None
    return Hours(received, low, usual, high)


@dataclass(frozen=True)
class FieldRow:
    """One field of 1022 in a period, against the period before."""

    category: object
    received: int
    resolved: int
    before: int

    @property
    def change(self) -> float | None:
        return change(self.received, self.before)


def by_field(unit_id: int, period: Period) -> list[FieldRow]:
    """Received and resolved per field (top-level category), the largest first."""
    categories = rulebook().categories
    within = Q(day__gte=period.start)
    totals = defaultdict(lambda: [0, 0, 0])
    for category_id, *counts in (
        CategoryDay.objects.filter(unit_id=unit_id, day__range=(period.before().start, period.end))
        .values_list("category_id")
        .annotate(received_now=Sum("received", filter=within, default=0),
                  resolved_now=Sum("resolved", filter=within, default=0),
                  received_before=Sum("received", filter=~within, default=0))
    ):
        field = totals[categories[category_id].parent_id or category_id]
        field[:] = map(add, field, counts)
    found = [FieldRow(categories[pk], *counts) for pk, counts in totals.items()]
    return sorted((row for row in found if row.received or row.resolved), key=lambda row: -row.received)
