"""Which period of the year before is like this one, and which days are like each other. Tết is matched by its lunar
date: the month that holds it by the month that held it, a day by its distance to it."""

from datetime import date

from districts import lunar
from districts.calendars import calendar_for
from indicators import owed
from indicators.periods import MONTHS, Kind, Period

AROUND = (-14, 21)  # days around the first of the lunar year that go by it
MONTHLY = {kind for kind, months in MONTHS.items() if months == 1}

def year_before(period: Period) -> Period:
    """The like period of the year before."""
    rule, plain = owed.rule(), owed.rule().a_year_before(period)
    if period.kind in MONTHLY:
        return _month_before(period, plain)
    if period.kind in (Kind.WEEK, Kind.DAY) and (day := _by_tet(owed.first_day(period))):
        return rule.at(period.kind, day)
    return plain

def _month_before(period: Period, plain: Period) -> Period:
    """The two months between which Tết moved change places."""
    rule, now, then = owed.rule(), _tet_of(period), _tet_of(plain)
    if now is None or then is None:
        return plain
    holds, held = rule.at(period.kind, now), rule.at(period.kind, then)
    usual = rule.a_year_before(holds)
    if period == holds:
        return held
    return usual if plain == held else plain

def _tet_of(period: Period) -> date | None:
    """Tết of the year in which the period's month is counted: a cut-off month by the one it ends in."""
    return lunar.new_year(owed.last_day(period).year)

def _by_tet(day: date) -> date | None:
    now, then = lunar.new_year(day.year), lunar.new_year(day.year - 1)
    if now is None or then is None or not AROUND[0] <= (day - now).days <= AROUND[1]:
        return None
    return then + (day - now)

def like(period: Period) -> str | None:
    """The class of like hours or days: the weekday, and the hour; None on a day that differs from its weekday."""
    day = owed.first_day(period)
    if day in calendar_for().days:
        return None
    hour = f" {period.start.astimezone(owed.rule().zone):%H}" if period.kind == Kind.HOUR else ""
    return f"{day.weekday()}{hour}"
