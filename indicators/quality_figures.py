"""What the platform knows of its own numbers, as indicators of the catalogue: sent in time, complete, open issues."""

from collections import defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal

from django.utils import timezone

from hcmc_ioc.lib.caching import ttl_cache
from hcmc_ioc.lib.sql import rows
from indicators import answers, owed
from indicators.answers import Answer, Cell
from indicators.arithmetic import Flag, Parts, Why
from indicators.models import Indicator, IndicatorVersion, ValueSet
from indicators.periods import Period

ByUnit = dict[int, Parts]
TOGETHER = timedelta(seconds=10)
Counted = Callable[[tuple[Period, ...], datetime], dict[Period, ByUnit]]


def register() -> None:
    answers.sources[Indicator.Source.PLATFORM] = answer


def answer(indicator: Indicator, version: IndicatorVersion, periods: Sequence[Period]) -> list[Answer]:
    """City and units for each period, as `indicators.answers` wants them; what nobody counts yet does not apply."""
    count = COUNTED.get(indicator.code)
    if count is None:
        return [Answer(period, Cell(why=Why.NOT_APPLICABLE), {}) for period in periods]
    now = timezone.now()
    now = now.replace(second=now.second // 10 * 10, microsecond=0) + TOGETHER  # a page asks for several at once
    found = count(tuple(period for period in periods if period.start <= now), now)
    return [_answer(version, period, found.get(period)) for period in periods]


def _answer(version: IndicatorVersion, period: Period, units: ByUnit | None) -> Answer:
    if not units:
        return Answer(period, Cell(why=Why.NOT_APPLICABLE), {})
    whole = version.rules.over_territory([units[unit] for unit in sorted(units)]) or Parts()
    cells = {unit: _cell(version, parts, 1) for unit, parts in units.items()}
    return Answer(period, _cell(version, whole, len(units)), cells)


def _cell(version: IndicatorVersion, parts: Parts, units: int) -> Cell:
    value = version.rules.divided(parts)
    return Cell(value, parts.numerator, parts.denominator, parts.number, Flag.FINAL if value is not None else None,
                units_counted=units, why=Why.NO_DENOMINATOR if value is None else None)


# Deliveries, by the period in which they were due


@dataclass
class Tally:
    """The owed cells of a unit: how many, how many hold a number, how many of these came in time, and how
    many are history, whose lateness is not judged."""

    owed: int = 0
    there: int = 0
    on_time: int = 0
    history: int = 0


_CELLS = """
    SELECT asked.place, held.unit_id, count(*), count(*) FILTER (WHERE held.is_history),
           count(*) FILTER (WHERE NOT held.is_history AND held.first_at <= asked.due)
    FROM unnest(%s::bigint[], %s::timestamptz[], %s::timestamptz[], %s::int[])
        AS asked (indicator_id, start, due, place)
    JOIN indicators_value held USING (indicator_id, start)
    WHERE held.flag NOT IN ('missing', 'cannot_exist', 'withdrawn') GROUP BY 1, 2
"""


@ttl_cache(seconds=10)
def tallies(periods: tuple[Period, ...], now: datetime) -> dict[Period, dict[int, Tally]]:
    """What was due in each of these periods, until now, by unit."""
    found: dict[Period, dict[int, Tally]] = {period: defaultdict(Tally) for period in periods}
    places: list[tuple[Period, set[int]]] = []
    asked: list[tuple] = []
    for value_set in ValueSet.objects.prefetch_related("items__indicator") if periods else ():
        due = _due(value_set, periods, now)
        owing = owed.owing(value_set, [base for base, _period in due]) if due else {}
        for base, period in due:
            indicators = [item.indicator_id for item in owed.items(value_set, base)]
            for unit in owing[base.start]:
                found[period][unit].owed += len(indicators)
            asked += [(pk, base.start, owed.due_at(value_set, base), len(places)) for pk in indicators]
            places.append((period, owing[base.start]))
    counted = rows(_CELLS, [list(column) for column in zip(*asked, strict=True)]) if asked else []
    for place, unit, there, history, on_time in counted:
        period, owing_units = places[place]
        if unit in owing_units:
            tally = found[period][unit]
            tally.there += there
            tally.history += history
            tally.on_time += on_time
    return found


def _due(value_set: ValueSet, periods: Sequence[Period], now: datetime) -> list[tuple[Period, Period]]:
    """The periods of a set whose due date lies in one of `periods` and is past, each with that one."""
    rule, first, last = owed.rule(), periods[0].start, min(periods[-1].end, now)
    base, found = rule.at(value_set.period_kind, first - timedelta(days=value_set.due_days + 1)), []
    base = rule.before(base)
    while (due := owed.due_at(value_set, base)) < last:
        found += [(base, period) for period in periods if period.start <= due < period.end]
        base = rule.next(base)
    return found


def _on_time(periods: tuple[Period, ...], now: datetime) -> dict[Period, ByUnit]:
    return {period: {unit: Parts(None, Decimal(one.on_time), Decimal(one.owed - one.history))
                     for unit, one in units.items() if one.owed > one.history}
            for period, units in tallies(periods, now).items()}


def _complete(periods: tuple[Period, ...], now: datetime) -> dict[Period, ByUnit]:
    return {period: {unit: Parts(None, Decimal(one.there), Decimal(one.owed)) for unit, one in units.items()}
            for period, units in tallies(periods, now).items()}


# Issues, as of the end of a period


_OPEN = """
    SELECT asked.place, issue.unit_id, count(*)
    FROM unnest(%s::timestamptz[]) WITH ORDINALITY AS asked (moment, place)
    JOIN indicators_issue issue ON issue.opened_at < asked.moment
        AND (issue.closed_at IS NULL OR issue.closed_at >= asked.moment)
    GROUP BY 1, 2
"""


def _open(periods: tuple[Period, ...], now: datetime) -> dict[Period, ByUnit]:
    """Issues that were open, of every unit that owed something then: none is a figure too."""
    found: dict[Period, ByUnit] = {
        period: dict.fromkeys(units, Parts(Decimal(0))) for period, units in tallies(periods, now).items()}
    for place, unit, count in rows(_OPEN, [[min(period.end, now) for period in periods]]) if periods else ():
        found[periods[place - 1]][unit] = Parts(Decimal(count))
    return found


COUNTED: dict[str, Counted] = {"data-on-time": _on_time, "data-complete": _complete, "data-issues-open": _open}
