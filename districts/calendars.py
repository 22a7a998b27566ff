"""The working calendar as rows → `Calendar`."""

from collections import defaultdict
from functools import lru_cache

from hcmc_ioc.lib.caching import ttl_cache

from .calendar import Calendar, Spans, SpecialDay, parse_spans
from .cities import City, city
from .models import CalendarDay, WorkingSpan


def calendar_for(unit_id: int | None = None) -> Calendar:
    """The calendar of a unit: its own office hours and special days where it has any, else the city's.

    A changed row is seen within a minute, at once after `clear()`.
    """
    known = _calendars()
    return known.get(unit_id) or known[None]


@ttl_cache(seconds=60)
def _calendars() -> dict[int | None, Calendar]:
    """The city's calendar under None, and one for every unit with rows of its own: two queries for all."""
    hours = defaultdict(lambda: [[] for _weekday in range(7)])
    for span in WorkingSpan.objects.order_by("start"):
        hours[span.unit_id][span.weekday].append((_minutes(span.start), _minutes(span.end)))
    days = defaultdict(list)
    for row in CalendarDay.objects.order_by("date"):
        days[row.unit_id].append(row)
    city_week = _frozen(hours[None]) if None in hours else _file_week(city())
    calendars = {}
    for unit_id in {None, *hours, *days}:
        week = _frozen(hours[unit_id]) if unit_id in hours else city_week
        rows = {row.date: row for row in [*days[None], *days[unit_id]]}  # the unit's own row of a day wins
        special = tuple((day, _special(row, week)) for day, row in sorted(rows.items()))
        calendars[unit_id] = _built(city().time_zone, week, special)
    return calendars


calendar_for.clear = _calendars.clear


@lru_cache(maxsize=64)
def _built(tz, week: tuple[Spans, ...], special: tuple) -> Calendar:
    """Equal rows give the same object, so its tables are laid out once."""
    return Calendar(tz, week, dict(special))


def _special(row: CalendarDay, week: tuple[Spans, ...]) -> SpecialDay:
    if row.kind == CalendarDay.DayKind.HOLIDAY:
        return SpecialDay(row.name_vi, row.name_en)
    usual = next((spans for spans in week if spans), ())
    return SpecialDay(row.name_vi, row.name_en, parse_spans(row.spans) if row.spans else usual)


def _file_week(here: City) -> tuple[Spans, ...]:
    """Office hours by the city's file, for a database whose rows are not loaded yet."""
    spans = parse_spans(here.office_spans)
    return tuple(spans if weekday in here.office_weekdays else () for weekday in range(7))


def _frozen(week: list) -> tuple[Spans, ...]:
    return tuple(tuple(spans) for spans in week)


def _minutes(clock) -> int:
    return clock.hour * 60 + clock.minute
