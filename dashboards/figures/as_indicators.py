"""1022's own figures as indicators of the catalogue: asked live, owed by nobody.

A closed period is read from the rollups, all periods and units in two statements; one that runs, from `definitions`, 
whose denominators are cut at this hour. What is open is known of now alone.
"""

from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal

from django.utils import timezone

from dashboards.figures import definitions
from dashboards.figures.definitions import Figures
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


@dataclass(frozen=True)
class Bound:
    """How an indicator is read of `Figures`; `needs` says what of them must be asked for."""

    parts: Callable[[Figures], Parts]
    of_now: bool = False  # known of the running period alone
    has_median: bool = False
    of_hotline: bool = False  # the city's value is the hotline's own


def _shares(numerator: str, denominator: str) -> Callable[[Figures], Parts]:
    return lambda figures: Parts(
        None, Decimal(getattr(figures, numerator)), Decimal(getattr(figures, denominator)))


def _median(name: str, unit: int = 1) -> Callable[[Figures], Parts]:
    def parts(figures: Figures) -> Parts:
        value = getattr(figures, name)
        return Parts(None if value is None else Decimal(value) / unit)

    return parts


BOUND: dict[str, Bound] = {
    "tickets-received": Bound(lambda figures: Parts(Decimal(figures.received))),
    "tickets-on-time": Bound(_shares("due_met", "due")),
    "tickets-late": Bound(lambda figures: Parts(Decimal(figures.late))),
    "tickets-open": Bound(lambda figures: Parts(Decimal(figures.open)), of_now=True),
    "tickets-forward-minutes": Bound(_median("forward_minutes"), has_median=True, of_hotline=True),
    "tickets-median-days": Bound(_median("median_minutes", WORKING_DAY), has_median=True),
    "tickets-satisfied": Bound(_shares("satisfied", "rated")),
    "tickets-rated": Bound(_shares("rated", "resolved")),
    "tickets-reopened": Bound(_shares("reopened", "resolved")),
    "tickets-rejected": Bound(_shares("rejected", "received")),
}


def register() -> None:
    answers.sources[Indicator.Source.HOTLINE] = answer


def answer(indicator: Indicator, version: IndicatorVersion, periods: Sequence[Period]) -> list[Answer]:
    """City and units for each period, as `indicators.answers` wants them."""
    bound = BOUND.get(indicator.code)
    if bound is None:
        return [Answer(period, Cell(why=Why.NOT_APPLICABLE), {}) for period in periods]
    book, now = rulebook(), timezone.now()
    closed = [period for period in periods if period.end <= now and not bound.has_median]
    found = _of_rollups(tuple(closed)) if closed and not bound.of_now else {}
    answers_ = []
    for period in periods:
        if period.start > now or (bound.of_now and period.end <= now):
            answers_.append(Answer(period, Cell(why=Why.NOT_APPLICABLE), {}))
            continue
        if period in closed:
            figures = found.get(period)
        else:
            figures = _closed(period) if period.end <= now else _running(period, bound.has_median)
        cells = {unit: _cell(version, bound.parts(one)) for unit, one in (figures or {}).items()}
        city = cells.pop(book.city_id, _cell(version, bound.parts(Figures())))
        hotline = cells.pop(book.unassigned_id, Cell(why=Why.MISSING))
        answers_.append(Answer(period, hotline if bound.of_hotline else city, {} if bound.of_hotline else cells))
    return answers_


def _cell(version: IndicatorVersion, parts: Parts) -> Cell:
    value = version.rules.divided(parts)
    why = None if value is not None else Why.NO_DENOMINATOR if parts.has_parts else Why.MISSING
    return Cell(value, parts.numerator, parts.denominator, parts.number, Flag.FINAL if value is not None else None,
                units_counted=1, why=why)


@ttl_cache(seconds=600)
def _closed(period: Period) -> dict[int, Figures]:
    """Medians of a period that is over: little changes, and a page asks for a year of them."""
    return _live(period, timezone.now(), medians=True)


@ttl_cache(seconds=10)
def _running(period: Period, medians: bool) -> dict[int, Figures]:
    """Asked once for a page of many indicators."""
    return _live(period, timezone.now(), medians=medians)


def _live(period: Period, now: datetime, *, medians: bool) -> dict[int, Figures]:
    days = _days(period)
    if (days.end - days.start).days >= LONGEST - 1:
        raise ValueError("a period of 1022 lies within ten years")
    units = [unit for unit in rulebook().units]
    found = definitions.figures(units, days, now, medians=medians, withdrawn=False)
    return {unit: figures for unit, figures in found.items()
            if any(figures.counts[:4]) or figures.open or unit == rulebook().city_id}


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
