"""1022's own figures as indicators of the catalogue: asked live, owed by nobody.

A closed period of whole days is read from the rollups, all periods and units in two statements; one that runs, from
`definitions`, whose denominators are cut at this hour; one with a bound within a day, and what stood when a period
ended, from `instants`.
"""

from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from enum import Enum
from typing import Any

from django.utils import timezone

from dashboards.figures import definitions, instants
from dashboards.figures.definitions import Figures
from dashboards.figures.instants import Moves
from dashboards.figures.periods import LONGEST
from dashboards.figures.periods import Period as Days
from feedback.rules.rulebook import rulebook
from hcmc_ioc.lib.caching import ttl_cache
from hcmc_ioc.lib.sql import rows
from hcmc_ioc.lib.words import WORKING_DAY
from indicators import answers, owed
from indicators.answers import Answer, Cell
from indicators.arithmetic import Flag, Parts, Why
from indicators.models import Indicator, IndicatorVersion
from indicators.periods import Period

SETTLED = timedelta(hours=1)  # after its end a period changes little


class Needs(Enum):
    """What of the figures an indicator is read from."""

    COUNTS = "counts"
    MEDIANS = "medians"
    STANDING = "standing"  # as of the period's end, or of now
    MOVES = "moves"


@dataclass(frozen=True)
class Bound:
    """How an indicator is read of `Figures`, or of `Moves`, for a period."""

    parts: Callable[[Any], Parts]
    needs: Needs = Needs.COUNTS
    of_hotline: bool = False  # the city's value is the hotline's own


def _shares(numerator: str, denominator: str) -> Callable[[Any], Parts]:
    return lambda figures: Parts(
        None, Decimal(getattr(figures, numerator)), Decimal(getattr(figures, denominator)))


def _median(name: str, unit: int = 1) -> Callable[[Any], Parts]:
    def parts(figures: Any) -> Parts:
        value = getattr(figures, name)
        return Parts(None if value is None else Decimal(value) / unit)

    return parts


BOUND: dict[str, Bound] = {
    "tickets-received": Bound(lambda figures: Parts(Decimal(figures.received))),
    "tickets-on-time": Bound(_shares("due_met", "due")),
    "tickets-late": Bound(lambda figures: Parts(Decimal(figures.late))),
    "tickets-open": Bound(lambda figures: Parts(Decimal(figures.open)), Needs.STANDING),
    "tickets-forward-minutes": Bound(_median("forward_minutes"), Needs.MEDIANS, of_hotline=True),
    "tickets-clarify-hours": Bound(_median("clarify_minutes", 60), Needs.MOVES, of_hotline=True),
    "tickets-median-days": Bound(_median("median_minutes", WORKING_DAY), Needs.MEDIANS),
    "tickets-satisfied": Bound(_shares("satisfied", "rated")),
    "tickets-rated": Bound(_shares("rated", "resolved")),
    "tickets-reopened": Bound(_shares("reopened", "resolved")),
    "tickets-returned": Bound(_shares("returned", "forwarded"), Needs.MOVES),
    "tickets-rejected": Bound(_shares("rejected", "received")),
}


def register() -> None:
    answers.sources[Indicator.Source.HOTLINE] = answer
    answers.begins[Indicator.Source.HOTLINE] = first_day


@ttl_cache(seconds=600)
def first_day() -> date | None:
    """The day of the first report; None before there is any."""
    return rows("SELECT min(day) FROM dashboards_unitday WHERE received > 0", [])[0][0]


def answer(indicator: Indicator, version: IndicatorVersion, periods: Sequence[Period]) -> list[Answer]:
    """City and units for each period, as `indicators.answers` wants them."""
    bound = BOUND.get(indicator.code)
    if bound is None:
        return [Answer(period, Cell(why=Why.NOT_APPLICABLE), {}) for period in periods]
    now = timezone.now()
    found = _found(bound.needs, [period for period in periods if period.start <= now], now)
    return [_answer(bound, version, period, found.get(period)) for period in periods]


def _answer(bound: Bound, version: IndicatorVersion, period: Period, found: Mapping[int, Any] | None) -> Answer:
    """`found` by unit; None for what has not begun."""
    if found is None:
        return Answer(period, Cell(why=Why.NOT_APPLICABLE), {})
    book, nothing = rulebook(), Moves() if bound.needs == Needs.MOVES else Figures()
    cells = {unit: _cell(version, bound.parts(one)) for unit, one in found.items()}
    city = cells.pop(book.city_id, _cell(version, bound.parts(nothing)))
    hotline = cells.pop(book.unassigned_id, Cell(why=Why.MISSING))
    return Answer(period, hotline if bound.of_hotline else city, {} if bound.of_hotline else cells)


def _found(needs: Needs, periods: Sequence[Period], now: datetime) -> Mapping[Period, Mapping[int, Any]]:
    """Figures, or moves, by period and unit."""
    if needs == Needs.MOVES:
        return dict(zip(periods, _moves(tuple((period.start, period.end) for period in periods)), strict=True))
    whole = tuple(period for period in periods if period.end <= now and _has_whole_days(period))
    found = dict(_of_rollups(whole)) if whole and needs == Needs.COUNTS else {}
    for period in periods:
        if period not in found:
            found[period] = (_long_over if period.end <= now - SETTLED else _lately)(period, needs)
    return found


def _cell(version: IndicatorVersion, parts: Parts) -> Cell:
    value = version.rules.divided(parts)
    why = None if value is not None else Why.NO_DENOMINATOR if parts.has_parts else Why.MISSING
    return Cell(value, parts.numerator, parts.denominator, parts.number, Flag.FINAL if value is not None else None,
                units_counted=1, why=why)


@ttl_cache(seconds=10)
def _moves(bounds: tuple[instants.Bounds, ...]) -> list[dict[int, Moves]]:
    return instants.moves(bounds)


@ttl_cache(seconds=600)
def _long_over(period: Period, needs: Needs) -> dict[int, Figures]:
    """Little changes, and a page asks for a year of them."""
    return _asked(period, needs, timezone.now())


def _lately(period: Period, needs: Needs) -> dict[int, Figures]:
    """What stands now is counted with the figures of a period that runs, for a page of many indicators."""
    runs = period.end > timezone.now()
    return _live(period, Needs.COUNTS if runs and needs == Needs.STANDING else needs)


@ttl_cache(seconds=10)
def _live(period: Period, needs: Needs) -> dict[int, Figures]:
    return _asked(period, needs, timezone.now())


def _asked(period: Period, needs: Needs, now: datetime) -> dict[int, Figures]:
    units, days, runs = list(rulebook().units), _days(period), period.end > now
    if (days.end - days.start).days >= LONGEST - 1:
        raise ValueError("a period of 1022 lies within ten years")
    if needs == Needs.STANDING:
        found = {unit: Figures() for unit in units}
        instants.add_standing(found, period.end)
    elif _has_whole_days(period):
        found = definitions.figures(units, days, now, medians=needs == Needs.MEDIANS, standing=runs, withdrawn=False)
    else:
        found = instants.figures(units, period.start, period.end, now, medians=needs == Needs.MEDIANS, standing=runs)
    return _busy(found)


def _busy(found: Mapping[int, Figures]) -> dict[int, Figures]:
    """Without the units that had nothing to do; the city stays."""
    return {unit: figures for unit, figures in found.items()
            if any(figures.counts[:4]) or figures.open or unit == rulebook().city_id}


def _has_whole_days(period: Period) -> bool:
    zone = rulebook().zone
    return all(bound.astimezone(zone).time() == time.min for bound in (period.start, period.end))


def _days(period: Period) -> Days:
    return Days(owed.first_day(period), owed.last_day(period))


_SUMS = """
    SELECT asked.place, held.unit_id, {sums}
    FROM unnest(%s::date[], %s::date[]) WITH ORDINALITY AS asked (first, last, place)
    JOIN {table} held ON held.day BETWEEN asked.first AND asked.last {more} GROUP BY 1, 2
"""
_OF_DAYS = ("received", "resolved", "reopened", "rejected", "rated", "satisfied")


@ttl_cache(seconds=10)
def _of_rollups(periods: tuple[Period, ...]) -> Mapping[Period, dict[int, Figures]]:
    bounds: list[list[date]] = [[owed.first_day(p) for p in periods], [owed.last_day(p) for p in periods]]
    found: defaultdict[Period, dict[int, Figures]] = defaultdict(lambda: defaultdict(Figures))
    days = _SUMS.format(table="dashboards_unitday", sums=", ".join(f"sum({name})" for name in _OF_DAYS), more="")
    for place, unit, *sums in rows(days, bounds):
        for name, value in zip(_OF_DAYS, sums, strict=True):
            setattr(found[periods[place - 1]][unit], name, int(value))
    kept = _SUMS.format(table="dashboards_promiseday", sums="sum(due), sum(met)", more="AND held.kind = 'result'")
    for place, unit, due, met in rows(kept, bounds):
        figures = found[periods[place - 1]][unit]
        figures.due, figures.due_met = int(due), int(met)
    return found
