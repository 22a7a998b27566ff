"""Many indicators at once: each with its latest figure, state and trend, in a few queries however many there are."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from functools import lru_cache

from django.db.models import Prefetch, QuerySet
from django.utils import timezone

from hcmc_ioc.lib import sql
from hcmc_ioc.lib.caching import ttl_cache
from indicators import owed, plans
from indicators.answers import Cell, RulesOf, answer, formula_cell, sources, version_for
from indicators.arithmetic import WITHOUT_NUMBER, Parts, Why
from indicators.formulas import understood
from indicators.models import Indicator, Target, Total, Value
from indicators.periods import Period, Rule
from indicators.plans import NO_COURSES, Courses
from indicators.states import Standing, State, standing, target_on

TREND = 13  # periods: a year of months and the same month before
ORDER: dict[str, int] = {State.DANGER: 0, State.WARN: 1, State.UNKNOWN: 2, State.OK: 3, State.NONE: 4}  # red first
NO_TARGET = Standing(State.NONE)


@dataclass(frozen=True)
class Row:
    indicator: Indicator
    period: Period | None
    cell: Cell
    standing: Standing
    trend: tuple[float | None, ...]
    since: Period | None  # since when it has been red without a break, as far as the trend goes

    @property
    def is_red(self) -> bool:
        return self.standing.state == State.DANGER

    @property
    def before(self) -> float | None:
        return self.trend[-2] if len(self.trend) > 1 else None


_STAMP = """
    SELECT (SELECT sum(hashtextextended(one::text, 0)) FROM indicators_indicator one WHERE %(one)s IN (0, id)),
           (SELECT sum(hashtextextended(one::text, 0)) FROM indicators_indicatorversion one
            WHERE %(one)s IN (0, indicator_id)),
           (SELECT sum(hashtextextended(one::text, 0)) FROM indicators_target one WHERE %(one)s IN (0, indicator_id))
"""


def stamp(indicator: Indicator | None = None) -> tuple:
    """What differs as soon as the catalogue (or this indicator) says anything else."""
    return sql.rows(_STAMP, {"one": indicator.pk if indicator else 0})[0]


def catalogue() -> list[Indicator]:
    """Every indicator that is in use, with what a row of the board needs. To be read, not changed: kept while the
    catalogue stays as it is."""
    return list(_catalogue(stamp(), timezone.localdate()))


@ttl_cache(seconds=10, maxsize=4)
def _catalogue(_stamp: tuple, _day: date) -> list[Indicator]:
    targets = Prefetch("targets", Target.objects.order_by("begins"))
    return list(Indicator.objects.in_use().select_related("field", "owner", "set_item__value_set")
                .prefetch_related("versions", targets).order_by("field__position", "field__code", "pk"))


def of_city(indicators: Sequence[Indicator]) -> list[Row]:
    kept = [one for one in indicators if one.source == Indicator.Source.DELIVERED]
    formulas = {one: operands for one in indicators if (operands := _operands(one))}
    asked = {one.pk: one for one in [*kept, *(operand for found in formulas.values() for operand in found.values())]}
    cells = _totals(list(asked.values()))
    courses = plans.of_city(kept)
    rows = [_row(one, cells[one.pk], None, courses.get(one.pk, NO_COURSES)) for one in kept]
    rows += [_row(one, _reckoned(one, operands, cells), None) for one, operands in formulas.items()]
    return rows + [_live(one) for one in indicators if one.source in sources]


_COLUMNS = ("indicator_id", "start", "value", "numerator", "denominator", "number", "flag", "owed", "delivered",
            "on_time", "units", "why")


def kept(indicator: Indicator, periods: Collection[Period]) -> dict[datetime, Cell]:
    """The city's kept figures of these base periods, by start."""
    there = Total.objects.filter(indicator=indicator, start__in=[one.start for one in periods])
    return {start: _cell(*rest) for _pk, start, *rest in there.values_list(*_COLUMNS)}


def _totals(indicators: Sequence[Indicator]) -> dict[int, dict[datetime, Cell]]:
    found: dict[int, dict[datetime, Cell]] = defaultdict(dict)
    for there in _last(Total, indicators):
        for indicator, start, *rest in there.values_list(*_COLUMNS):
            found[indicator][start] = _cell(*rest)
    return found


def _cell(value, numerator, denominator, number, flag, owes, delivered, on_time, units, why) -> Cell:
    return Cell(value, numerator, denominator, number, flag or None, owes, delivered, on_time, units, why or None)


def _operands(indicator: Indicator) -> dict[str, Indicator]:
    """What a formula asks for, where all of it is delivered in the same periods; else it has its own page alone."""
    if indicator.source != Indicator.Source.FORMULA:
        return {}
    codes = {code for version in indicator.versions.all() for code, _part in understood(version.formula).operands}
    found = {one.code: one for one in _delivered() if one.code in codes and one.period_kind == indicator.period_kind}
    return found if found.keys() == codes else {}


@ttl_cache(seconds=10)
def _delivered() -> list[Indicator]:
    return list(Indicator.objects.filter(source=Indicator.Source.DELIVERED).prefetch_related("versions"))


def _reckoned(indicator: Indicator, operands: Mapping[str, Indicator],
              cells: Mapping[int, Mapping[datetime, Cell]]) -> dict[datetime, Cell]:
    """The formula over the city's figures of its operands, period by period."""
    rule, found = owed.rule(), {}
    for start in set().union(*(cells[one.pk] for one in operands.values())):
        version = version_for(indicator, rule.at(indicator.period_kind, start))
        given = {code: cells[one.pk].get(start, Cell(why=Why.MISSING)) for code, one in operands.items()}
        found[start] = formula_cell(understood(version.formula), version, given)
    return found


def of_unit(indicators: Sequence[Indicator], unit_id: int) -> list[Row]:
    """The unit's own figures of delivered indicators."""
    asked = [indicator for indicator in indicators if indicator.source == Indicator.Source.DELIVERED]
    rules = {indicator.pk: RulesOf(indicator) for indicator in asked}
    found: dict[int, dict[datetime, Cell]] = defaultdict(dict)
    for there in _last(Value, asked, unit_id=unit_id):
        for pk, start, flag, *numbers in there.values_list(
                "indicator_id", "start", "flag", "number", "numerator", "denominator"):
            parts = Parts(*numbers)
            number = None if flag in WITHOUT_NUMBER else rules[pk].at(start).divided(parts)
            found[pk][start] = Cell(
                number, parts.numerator, parts.denominator, parts.number, flag, 1, int(number is not None), None, 1)
    courses = plans.of_units(asked, unit=unit_id)
    return [_row(indicator, found[indicator.pk], unit_id, courses.get(indicator.pk, {}).get(unit_id, NO_COURSES))
            for indicator in asked if indicator.pk in found]


_LATEST = """
    SELECT asked.kind, max(latest.start) FROM unnest(%s::bigint[], %s::text[]) AS asked (indicator_id, kind)
    CROSS JOIN LATERAL (SELECT start FROM indicators_total total WHERE total.indicator_id = asked.indicator_id
                        ORDER BY start DESC LIMIT 1) latest
    GROUP BY 1
"""


def _last(model, indicators: Sequence[Indicator], **where) -> Iterable[QuerySet]:
    """The rows of the last periods for which the city has figures, by kind of period: a trend, and where a target asks
    for it a year before its beginning."""
    latest = dict(sql.rows(_LATEST, [[one.pk for one in indicators], [one.period_kind for one in indicators]]))
    rule = owed.rule()
    by_reach: defaultdict[tuple[str, int], list[int]] = defaultdict(list)
    for one in indicators:
        if one.period_kind in latest:
            grows = any(target.form == Target.Form.GROWTH for target in one.targets.all())
            by_reach[one.period_kind, 2 * TREND if grows else TREND - 1].append(one.pk)
    for (kind, back), pks in by_reach.items():
        since = rule.before(rule.at(kind, latest[kind]), back).start
        yield model.objects.filter(indicator__in=pks, start__gte=since, **where).order_by()


def _live(indicator: Indicator) -> Row:
    rule = owed.rule()
    periods = chain(rule, indicator.period_kind, rule.at(indicator.period_kind, timezone.now()).start)
    return _row(indicator, {one.period.start: one.city for one in answer(indicator, periods)}, None)


@lru_cache(maxsize=256)
def chain(rule: Rule, kind: str, latest: datetime) -> tuple[Period, ...]:
    """The last `TREND` periods up to the one that begins at `latest`."""
    periods = [rule.at(kind, latest)]
    while len(periods) < TREND:
        periods.append(rule.before(periods[-1]))
    return tuple(reversed(periods))


def _row(indicator: Indicator, cells: Mapping[datetime, Cell], unit_id: int | None,
         courses: Courses = NO_COURSES) -> Row:
    starts = sorted(start for start, cell in cells.items() if cell.value is not None) or sorted(cells)
    if not starts:
        return Row(indicator, None, Cell(), Standing(State.NONE), (), None)
    periods = chain(owed.rule(), indicator.period_kind, starts[-1])
    targets = list(indicator.targets.all())
    judged = [standing_of(indicator, targets, one, cells, unit_id, courses) for one in periods]
    trend = tuple(_float(cells[one.start].value) if one.start in cells else None for one in periods)
    since = None
    for one, found in zip(reversed(periods), reversed(judged), strict=True):
        if found.state != State.DANGER:
            break
        since = one
    return Row(indicator, periods[-1], cells[periods[-1].start], judged[-1], trend, since)


def standing_of(indicator: Indicator, targets: Sequence[Target], period: Period, cells: Mapping[datetime, Cell],
              unit_id: int | None, courses: Courses) -> Standing:
    target = target_on(targets, owed.last_day(period), unit_id) if targets else None
    if target is None:
        return NO_TARGET
    ago = cells.get(owed.rule().a_year_before(period).start) if target.form == Target.Form.GROWTH else None
    cell, year_before = cells.get(period.start, Cell()), ago.value if ago else None
    return standing(indicator, target, cell, year_before=year_before, course=courses.get(period.start))


def _float(number: Decimal | None) -> float | None:
    return None if number is None else float(number)
