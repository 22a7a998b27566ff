"""Plans of a year: what is attained since its beginning, and which share of the plan should be by then.

The share is typed with the target, or it is the median path of the years before: at each place of the year the median
of what was attained by then ÷ what that year came to, over two complete years at least (the latest `YEARS`).
"""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from functools import lru_cache
from statistics import median

from indicators import owed
from indicators.answers import version_for
from indicators.arithmetic import WITHOUT_NUMBER, Adding, Parts, Rules
from indicators.models import Indicator, Target, Total, Value
from indicators.periods import CUT_OFFS, MONTHS, Kind, Period, Rule

YEARS, FEWEST_YEARS = 4, 2
YEARLY = frozenset({*MONTHS, Kind.DAY.value}) - CUT_OFFS.keys()  # kinds of period that fill a year
CITY = 0  # in place of a unit

Kept = dict[int, dict[datetime, Parts]]  # by unit, then by start


@dataclass(frozen=True)
class Course:
    """Where a year stands at the end of a period: its place in the year from 1, what is attained so far (None where a
    period is missing), and the share of a year that was attained by then in the years before (None: too few)."""

    place: int
    attained: Decimal | None
    share: Decimal | None


Courses = Mapping[datetime, Course]  # by the start of the period
NO_COURSES: Courses = {}


def has_plan(indicator: Indicator) -> bool:
    """Whether a target of the indicator is the plan of a year."""
    return indicator.period_kind in YEARLY and any(
        target.form == Target.Form.PLAN for target in indicator.targets.all())


def of_city(indicators: Collection[Indicator]) -> dict[int, Courses]:
    """The city's courses of those that have a plan, by indicator."""
    return {pk: found[CITY] for pk, found in _courses(indicators, Total, lambda row: CITY).items() if CITY in found}


def of_units(indicators: Collection[Indicator], **where) -> dict[int, dict[int, Courses]]:
    """The same of units (`where` says which), by indicator and unit."""
    return _courses(indicators, Value, lambda row: row.unit_id, **where)


def _courses(indicators: Collection[Indicator], model, unit_of, **where) -> dict[int, dict[int, Courses]]:
    planned = {one.pk: one for one in indicators if has_plan(one)}
    if not planned:
        return {}
    latest = model.objects.filter(indicator__in=planned, **where).order_by("-start").values_list("start", flat=True)
    year = owed.rule().at(Kind.YEAR, latest.first()) if latest.exists() else None
    if year is None:
        return {}
    since = owed.rule().before(year, YEARS).start
    kept: defaultdict[int, Kept] = defaultdict(lambda: defaultdict(dict))
    rows = model.objects.filter(indicator__in=planned, start__gte=since, **where).exclude(flag__in=WITHOUT_NUMBER)
    for row in rows:
        kept[row.indicator_id][unit_of(row)][row.start] = Parts(row.number, row.numerator, row.denominator)
    return {pk: {unit: _course(planned[pk], values) for unit, values in units.items()} for pk, units in kept.items()}


def _course(indicator: Indicator, values: Mapping[datetime, Parts]) -> Courses:
    """The courses of every year that there are values of."""
    rule = owed.rule()
    years = sorted({rule.at(Kind.YEAR, start) for start in values}, key=lambda year: year.start)
    attained = {year: list(_attained(indicator, values, year)) for year in years}
    found: dict[datetime, Course] = {}
    for place, year in enumerate(years):
        path = median_path([attained[one] for one in years[:place]])
        for number, (start, so_far) in enumerate(zip(starts(rule, indicator.period_kind, year), attained[year],
                                                     strict=True)):
            if start in values:
                found[start] = Course(number + 1, so_far, path[number] if number < len(path) else None)
    return found


def _attained(indicator: Indicator, values: Mapping[datetime, Parts], year: Period) -> Iterable[Decimal | None]:
    """What is attained at the end of each period of the year; None from the first one that is missing on."""
    rule, so_far, is_whole = owed.rule(), Parts(), True
    for start in starts(rule, indicator.period_kind, year):
        rules = version_for(indicator, rule.at(indicator.period_kind, start)).rules
        there = values.get(start)
        if rules.time == Adding.LAST:  # each figure is of the year so far
            yield None if there is None else rules.divided(there)
            continue
        is_whole = is_whole and there is not None and rules.time == Adding.SUM
        so_far = _more(rules, so_far, there) if is_whole and there is not None else so_far
        yield rules.divided(so_far) if is_whole else None


def _more(rules: Rules, so_far: Parts, there: Parts) -> Parts:
    return there if so_far == Parts() else rules.over_time([so_far, there]) or so_far


@lru_cache(maxsize=64)
def starts(rule: Rule, kind: str, year: Period) -> tuple[datetime, ...]:
    """When the periods of a year begin."""
    return tuple(period.start for period in rule.within(kind, year.start, year.end))


def median_path(years: Sequence[Sequence[Decimal | None]]) -> list[Decimal]:
    """The median share that was attained by each place of the year, over the complete ones among the last `YEARS`; []
    where there are fewer than two. A place that a shorter year does not have is left out."""
    whole = [[part for part in year if part is not None] for year in years[-YEARS:]
             if year and all(part is not None for part in year) and year[-1]]
    if len(whole) < FEWEST_YEARS:
        return []
    return [median(year[place] / year[-1] for year in whole) for place in range(min(map(len, whole)))]
