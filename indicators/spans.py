"""Which periods a value is measured against, and for which it is a measure itself: the twelve before it, and the same
one of the years before."""

from collections.abc import Iterable
from datetime import date, datetime
from functools import lru_cache

from indicators import checks, owed
from indicators.periods import MONTHS, Rule

SEASONAL = {kind for kind, months in MONTHS.items() if months < 12}  # kinds whose periods come again each year


def reach(kind: str, start: datetime) -> tuple[datetime, datetime]:
    """The starts of the twelfth period before and after."""
    before, after, _day = _of_city(owed.rule(), kind, start)
    return before, after[-1]


def following(kind: str, start: datetime) -> tuple[datetime, ...]:
    """The starts of the twelve periods after."""
    return _of_city(owed.rule(), kind, start)[1]


def last_day(kind: str, start: datetime) -> date:
    return _of_city(owed.rule(), kind, start)[2]


def earlier_years(kind: str, start: datetime) -> list[datetime]:
    """The starts of the same period in the years before, the oldest first."""
    return _years_on(kind, start, range(-checks.MOST_YEARS, 0))


def later_years(kind: str, start: datetime, now: datetime) -> list[datetime]:
    """The starts of the same period in the years after, as far as they have begun."""
    return [one for one in _years_on(kind, start, range(1, checks.MOST_YEARS + 1)) if one <= now]


def _years_on(kind: str, start: datetime, years: Iterable[int]) -> list[datetime]:
    if kind not in SEASONAL:
        return []
    local = start.astimezone(owed.rule().zone)
    return [local.replace(year=local.year + number) for number in years]


@lru_cache(maxsize=4096)
def _of_city(rule: Rule, kind: str, start: datetime) -> tuple[datetime, tuple[datetime, ...], date]:
    period = rule.at(kind, start)
    after = [rule.next(period)]
    while len(after) < checks.MOST:
        after.append(rule.next(after[-1]))
    return rule.before(period, checks.MOST).start, tuple(one.start for one in after), owed.last_day(period)
