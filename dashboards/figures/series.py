"""Figures over time and by kind, read from the rollups: what charts draw."""

from collections import defaultdict
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from math import sqrt
from operator import add

from dashboards.figures.comparison import ENOUGH
from dashboards.figures.periods import Period
from dashboards.models import UnitHour
from districts.calendars import calendar_for
from feedback.rules.rulebook import rulebook
from hcmc_ioc.lib.caching import ttl_cache
from hcmc_ioc.lib.judging import usual
from hcmc_ioc.lib.sql import rows
from hcmc_ioc.lib.stats import change

USUAL_WEEKS = 8


def last_day_with_data(unit_id: int) -> date | None:
    """The last local day on which anything was received; None before the first ticket."""
    return rows("SELECT max(day) FROM dashboards_unitday WHERE unit_id = %s AND received > 0", [unit_id])[0][0]


LONG_AGO = timedelta(days=30)


def current_day(unit_id: int, now: datetime) -> tuple[date, date | None]:
    """(the day that screens look at, None) – today; or, when the data ended long ago, its last day twice, so that a
    screen can say so."""
    today = now.astimezone(rulebook().zone).date()
    last = last_day_with_data(unit_id)
    return (last, last) if last and today - last > LONG_AGO else (today, None)


_DAYS = "SELECT day, {} FROM dashboards_unitday WHERE unit_id = %s AND day BETWEEN %s AND %s"
_ON_TIME = """
    SELECT day, met::float / due FROM dashboards_promiseday
    WHERE unit_id = %s AND kind = 'result' AND day BETWEEN %s AND %s AND day < %s AND due > 0
"""
_CATEGORIES = """
    SELECT category_id, coalesce(sum(received) FILTER (WHERE day >= %(start)s), 0),
           coalesce(sum(resolved) FILTER (WHERE day >= %(start)s), 0),
           coalesce(sum(received) FILTER (WHERE day <= %(last)s), 0),
           coalesce(sum(due) FILTER (WHERE day >= %(start)s AND day < %(today)s), 0),
           coalesce(sum(met) FILTER (WHERE day >= %(start)s AND day < %(today)s), 0)
    FROM dashboards_categoryday
    WHERE unit_id = %(unit)s AND (day BETWEEN %(start)s AND %(end)s OR day BETWEEN %(first)s AND %(last)s)
    GROUP BY category_id
"""


_FIELDS_OF_UNITS = """
    SELECT unit_id, category_id, sum(due), sum(met) FROM dashboards_categoryday
    WHERE day BETWEEN %s AND %s AND day < %s AND due > 0 GROUP BY unit_id, category_id
"""


_MEDIANS = """
    SELECT coalesce(category.parent_id, category.id),
           percentile_disc(0.5) WITHIN GROUP (ORDER BY handling_minutes)::int
    FROM feedback_ticket AS ticket JOIN feedback_category AS category ON category.id = ticket.category_id
    WHERE resolved_at >= %(from)s AND resolved_at < %(to)s AND handling_minutes IS NOT NULL
      AND (%(city)s OR unit_id = %(unit)s) AND recorded_by_id IS DISTINCT FROM unit_id
    GROUP BY 1
"""


@ttl_cache(seconds=600)
def medians_by_field(unit_id: int, over: Period) -> dict[int, int]:
    """Field → working minutes within which half of what was answered on these days was. The days are over, so little
    changes: they are counted anew every ten minutes."""
    book = rulebook()
    start, end = over.instants(book.zone)
    return dict(rows(_MEDIANS, {"from": start, "to": end, "unit": unit_id, "city": unit_id == book.city_id}))


def daily(unit_id: int, period: Period, *measures: str, today: date) -> dict[str, list[int | None]]:
    """One number a day for each of `measures` (columns of `UnitDay`); a day without a row is 0: nothing happened. Today
    is None, for it is not over: half a day beside whole ones would read as a fall."""
    by_day = {
        day: dict(zip(measures, counts, strict=True))
        for day, *counts in rows(_DAYS.format(", ".join(measures)), [unit_id, period.start, period.end])
    }
    days = period.each_day()
    return {m: [None if d == today else by_day[d][m] if d in by_day else 0 for d in days] for m in measures}


def daily_on_time(unit_id: int, period: Period, today: date) -> list[float | None]:
    """The share of promises kept by the day they fell due; None where nothing was due, or the day is not over."""
    rates = dict(rows(_ON_TIME, [unit_id, period.start, period.end, today]))
    return [rates.get(day) for day in period.each_day()]


@dataclass(frozen=True)
class Hours:
    """Received per clock hour of a day beside what is usual on that weekday; None for hours not yet begun, and for the
    running hour until it has what is usual: before, it would read as a fall."""

    received: list[int | None]
    low: list[float | None]  # of the last eight same weekdays that were no holidays
    usual: list[float | None]  # their median
    high: list[float | None]

    def unusual(self) -> list[int]:
        """The hours that lie above what is usual."""
        return [
            hour for hour, (count, high) in enumerate(zip(self.received, self.high, strict=True))
            if count is not None and high is not None and count > high
        ]


def hours(unit_id: int, day: date, now: datetime) -> Hours:
    zone = rulebook().zone
    days = [day - timedelta(weeks=n) for n in range(USUAL_WEEKS + 1)]
    counts: defaultdict = defaultdict(int)
    wanted = Period(days[-1], day).instants(zone)
    for hour, count in UnitHour.objects.filter(
        unit_id=unit_id, hour__gte=wanted[0], hour__lt=wanted[1]
    ).values_list("hour", "received"):
        local = hour.astimezone(zone)
        if local.date() in days:
            counts[local.date(), local.hour] += count
    known = {d for d, _hour in counts} - {day} - calendar_for().days.keys()
    past = [[counts[d, h] for d in days[1:] if d in known] for h in range(24)]
    here = now.astimezone(zone)
    begun = 24 if here.date() > day else (here.hour + 1 if here.date() == day else 0)
    received = [counts[day, h] if h < begun else None for h in range(24)]
    low, middle, high = zip(*(_usual(values) for values in past), strict=True)
    if 0 < begun < 24 and counts[day, begun - 1] < (middle[begun - 1] or 0):
        received[begun - 1] = None
    return Hours(received, list(low), list(middle), list(high))


def _usual(counts: list[int]) -> tuple[float | None, float | None, float | None]:
    """The band of an hour: median and MAD, and never narrower than chance, for counts of calls scatter by their square
    root (Poisson): three calls in a night that mostly has one are nothing."""
    limit = usual.limits([float(count) for count in counts])
    if limit is None:
        return None, None, None
    spread = max(limit.spread, usual.WIDTH * sqrt(max(limit.centre, 1)))
    return max(0.0, limit.centre - spread), limit.centre, limit.centre + spread


@dataclass(frozen=True)
class FieldRow:
    """One field of 1022 in a period, against the period before."""

    category: object
    received: int
    resolved: int
    before: int
    due: int
    met: int
    median_minutes: int | None = None

    @property
    def median_hours(self) -> float | None:
        return None if self.median_minutes is None else self.median_minutes / 60

    @property
    def late(self) -> int:
        return self.due - self.met

    @property
    def enough(self) -> bool:
        return self.due >= ENOUGH

    @property
    def on_time(self) -> float | None:
        """Share of the promises due on the days that are over; None where nothing was."""
        return self.met / self.due if self.due else None

    @property
    def change(self) -> float | None:
        return change(self.received, self.before)


def by_field(unit_id: int, period: Period, today: date) -> list[FieldRow]:
    """What came, was answered and fell due per field (top-level category), the largest first. The running day's dates
    are not in: it is not over."""
    categories, earlier = rulebook().categories, period.before()
    asked = {"unit": unit_id, "start": period.start, "end": period.end, "today": today,
             "first": earlier.start, "last": earlier.end}
    totals: defaultdict = defaultdict(lambda: [0, 0, 0, 0, 0])
    for category_id, *counts in rows(_CATEGORIES, asked):
        field = totals[categories[category_id].parent_id or category_id]
        field[:] = map(add, field, counts)
    medians = medians_by_field(unit_id, period.over(today))
    fields = [
        FieldRow(categories[pk], received, resolved, before, due, met, medians.get(pk))
        for pk, (received, resolved, before, due, met) in totals.items()
    ]
    return sorted((row for row in fields if row.received or row.resolved), key=lambda row: -row.received)


def by_unit_and_field(period: Period, today: date) -> dict[tuple[int, int], tuple[int, int]]:
    """(unit, field) → (due, kept) on the days of the period that are over; the city under its own id."""
    categories = rulebook().categories
    found: defaultdict = defaultdict(lambda: (0, 0))
    for unit_id, category_id, due, met in rows(_FIELDS_OF_UNITS, [period.start, period.end, today]):
        key = unit_id, categories[category_id].parent_id or category_id
        found[key] = (found[key][0] + due, found[key][1] + met)
    return dict(found)
