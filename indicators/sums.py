"""The city's figures of base periods, added by the database: hundreds of indicators, or years of one, at once.

What is neither a sum nor combined from units is asked of `answers`; both say the same of everything.
"""

from collections.abc import Sequence
from datetime import datetime
from decimal import Decimal

from hcmc_ioc.lib.sql import array, rows
from indicators import answers, owed
from indicators.answers import Cell, Together
from indicators.arithmetic import Adding, Parts, Rules
from indicators.models import Indicator, ValueSet
from indicators.periods import Period

Pair = tuple[Indicator, Period]

_ADDED = """
    WITH asked AS (
        SELECT * FROM unnest(%s::bigint[], %s::timestamptz[], %s::timestamptz[], %s::int[])
        WITH ORDINALITY AS asked (indicator_id, start, due, owing, place)
    ), owing AS (SELECT * FROM unnest(%s::int[], %s::bigint[]) AS owing (number, unit_id)),
    held AS (
        SELECT *, flag NOT IN ('missing', 'cannot_exist', 'withdrawn') AS counts,
               NOT is_history AND first_at IS NOT NULL AND due IS NOT NULL AS is_judged
        FROM asked JOIN indicators_value USING (indicator_id, start)
    )
    SELECT place, array_agg(DISTINCT flag::text), count(*) FILTER (WHERE counts),
           count(*) FILTER (WHERE counts AND is_judged),
           count(*) FILTER (WHERE counts AND is_judged AND first_at <= due),
           count(*) FILTER (WHERE counts AND owing.unit_id IS NOT NULL),
           count(*) FILTER (WHERE counts AND numerator IS NOT NULL AND denominator IS NOT NULL),
           sum(held.number) FILTER (WHERE counts), sum(numerator) FILTER (WHERE counts),
           sum(denominator) FILTER (WHERE counts)
    FROM held LEFT JOIN owing ON owing.number = held.owing AND owing.unit_id = held.unit_id GROUP BY place
"""
_WEIGHED = """
    WITH asked AS (
        SELECT * FROM unnest(%s::bigint[], %s::timestamptz[], %s::timestamptz[], %s::int[])
        WITH ORDINALITY AS asked (indicator_id, start, before, owing, place)
    ), owing AS (SELECT * FROM unnest(%s::int[], %s::bigint[]) AS owing (number, unit_id))
    SELECT place, sum(last.denominator), sum(last.denominator) FILTER (WHERE held.id IS NOT NULL)
    FROM asked JOIN indicators_value last ON last.indicator_id = asked.indicator_id AND last.start = asked.before
     AND last.denominator IS NOT NULL
    JOIN owing ON owing.number = asked.owing AND owing.unit_id = last.unit_id
    LEFT JOIN indicators_value held ON held.indicator_id = asked.indicator_id AND held.start = asked.start
     AND held.unit_id = last.unit_id AND held.flag NOT IN ('missing', 'cannot_exist', 'withdrawn')
    GROUP BY place
"""


def of(pairs: Sequence[Pair]) -> list[Cell]:
    """The city's figure of each indicator in its base period."""
    by_database = [place for place, (indicator, period) in enumerate(pairs) if _is_sum(indicator, period)]
    found = dict(zip(by_database, _added([pairs[place] for place in by_database]), strict=True))
    return [found[place] if place in found else answers.answer(indicator, [period])[0].city
            for place, (indicator, period) in enumerate(pairs)]


def _is_sum(indicator: Indicator, period: Period) -> bool:
    rules = _rules(indicator, period)
    return (indicator.city_value == Indicator.CityValue.COMBINED and rules.territory == Adding.SUM
            and (not rules.in_parts or rules.denominator_territory == Adding.SUM))


def _rules(indicator: Indicator, period: Period) -> Rules:
    return answers.version_for(indicator, period).rules


def _added(pairs: Sequence[Pair]) -> list[Cell]:
    if not pairs:
        return []
    owing = _Owing(pairs)
    indicators, starts = array(one.pk for one, _period in pairs), array(period.start for _one, period in pairs)
    due = array(_due(*pair) for pair in pairs)
    found = {place: counted for place, *counted in rows(_ADDED, [indicators, starts, due, *owing.columns])}
    before = array(owed.rule().before(period).start for _one, period in pairs)
    weights = {place: weights for place, *weights in rows(_WEIGHED, [indicators, starts, before, *owing.columns])}
    return [_cell(*pair, owing.sizes[place], found.get(place), weights.get(place))
            for place, pair in enumerate(pairs, 1)]


def _cell(indicator: Indicator, period: Period, owes: int, counted: list | None, weights: list | None) -> Cell:
    rules = _rules(indicator, period)
    if counted is None:
        return Together(None, owes, 0, None, 0, frozenset()).cell(rules, is_thin=False)
    flags, delivered, judged, on_time, of_owed, in_parts, *sums = counted
    together = Together(_whole(rules, delivered, in_parts, *sums), owes, delivered, on_time if judged else None,
                        delivered, frozenset(flags))
    return together.cell(rules, _is_thin(indicator.coverage, owes, of_owed, weights))


def _whole(rules: Rules, delivered: int, in_parts: int, number: Decimal | None, numerator: Decimal | None,
           denominator: Decimal | None) -> Parts | None:
    """As `Rules.over_territory` says it of so many values with these sums."""
    if not delivered or (rules.in_parts and delivered > 1 and in_parts < delivered):
        return None
    if delivered == 1:
        return Parts(number, numerator, denominator)
    return Parts(None, numerator, denominator) if rules.in_parts else Parts(number or Decimal(0))


def _is_thin(coverage: Decimal, owes: int, of_owed: int, weights: list | None) -> bool:
    """As `answers` says it: in cells owed, and in what they weighed the period before."""
    if not owes:
        return False
    whole, there = weights or (Decimal(0), None)
    return of_owed < coverage * owes or (there or Decimal(0)) < coverage * whole


def _due(indicator: Indicator, period: Period) -> datetime | None:
    return owed.due_at(indicator.set_item.value_set, period) if hasattr(indicator, "set_item") else None


class _Owing:
    """Who owes what: the units of a set in a period are one numbered list for all its indicators."""

    def __init__(self, pairs: Sequence[Pair]) -> None:
        lists = _lists(pairs)
        numbers = {key: number for number, key in enumerate(lists)}
        asked = [_set_of(*pair) for pair in pairs]
        of_pairs = [numbers.get(key) if key else None for key in asked]
        self.sizes = dict(enumerate((len(lists[key]) if key else 0 for key in asked), 1))  # by place
        members = [(numbers[key], unit) for key, units in lists.items() for unit in units]
        self.columns = [array(of_pairs), array(number for number, _unit in members),
                        array(unit for _number, unit in members)]


def _set_of(indicator: Indicator, period: Period) -> tuple[int, datetime] | None:
    if not hasattr(indicator, "set_item") or not owed.is_asked(indicator.set_item, period):
        return None
    return indicator.set_item.value_set_id, period.start


def _lists(pairs: Sequence[Pair]) -> dict[tuple[int, datetime], set[int]]:
    sets: dict[int, ValueSet] = {}
    periods: dict[int, dict[datetime, Period]] = {}
    for indicator, period in pairs:
        if _set_of(indicator, period):
            value_set = indicator.set_item.value_set
            sets[value_set.pk] = value_set
            periods.setdefault(value_set.pk, {})[period.start] = period
    return {(pk, start): units for pk, value_set in sets.items()
            for start, units in owed.owing(value_set, list(periods[pk].values())).items()}
