"""Many indicators at once: each with its latest figure, state and trend, in a few queries however many there are."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from itertools import groupby

from django.db.models import Prefetch
from django.utils import timezone

from indicators import owed
from indicators.answers import Cell, answer, sources, version_for
from indicators.arithmetic import WITHOUT_NUMBER, Parts
from indicators.models import Indicator, Target, Total, Value
from indicators.periods import Kind, Period
from indicators.states import Standing, State, standing, target_on

TREND = 13  # periods: a year of months and the same month before
ORDER: dict[str, int] = {State.DANGER: 0, State.WARN: 1, State.UNKNOWN: 2, State.OK: 3, State.NONE: 4}  # red first


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


def catalogue() -> list[Indicator]:
    """Every indicator that is in use, with what a row of the board needs."""
    targets = Prefetch("targets", Target.objects.order_by("begins"))
    return list(Indicator.objects.filter(closed_on=None).select_related("field", "owner", "set_item__value_set")
                .prefetch_related("versions", targets).order_by("field__position", "field__code", "pk"))


def of_city(indicators: Sequence[Indicator]) -> list[Row]:
    found: dict[int, dict[datetime, Cell]] = defaultdict(dict)
    for total in _last(Total, indicators):
        found[total.indicator_id][total.start] = Cell(
            total.value, total.numerator, total.denominator, total.number, total.flag or None, total.owed,
            total.delivered, total.on_time, total.units, total.why or None)
    rows = [_row(indicator, found.get(indicator.pk, {}), None) for indicator in indicators
            if indicator.source == Indicator.Source.DELIVERED]
    return rows + [_live(indicator) for indicator in indicators if _is_live(indicator)]


def of_unit(indicators: Sequence[Indicator], unit_id: int) -> list[Row]:
    """The unit's own figures of delivered indicators."""
    asked = [indicator for indicator in indicators if indicator.source == Indicator.Source.DELIVERED]
    known = {indicator.pk: indicator for indicator in asked}
    found: dict[int, dict[datetime, Cell]] = defaultdict(dict)
    for value in _last(Value, asked, unit_id=unit_id):
        indicator = known[value.indicator_id]
        parts = Parts(value.number, value.numerator, value.denominator)
        version = version_for(indicator, owed.rule().at(indicator.period_kind, value.start))
        number = None if value.flag in WITHOUT_NUMBER else version.rules.divided(parts)
        found[indicator.pk][value.start] = Cell(
            number, value.numerator, value.denominator, value.number, value.flag, 1, int(number is not None), None, 1)
    return [_row(indicator, found[indicator.pk], unit_id) for indicator in asked if indicator.pk in found]


def _last(model, indicators: Sequence[Indicator], **where) -> Iterable:
    """The rows of the last `TREND` periods of each."""
    by_kind = groupby(sorted(indicators, key=lambda one: one.period_kind), key=lambda one: one.period_kind)
    for kind, group in by_kind:
        pks = [one.pk for one in group]
        there = model.objects.filter(indicator__in=pks, **where)
        latest = there.order_by("-start").values_list("start", flat=True).first()
        if latest is None:
            continue
        rule = owed.rule()
        since = rule.before(rule.at(kind, latest), 2 * TREND).start
        yield from there.filter(start__gte=since).order_by("start")


def _is_live(indicator: Indicator) -> bool:
    return indicator.source in sources or indicator.source == Indicator.Source.FORMULA


def _live(indicator: Indicator) -> Row:
    rule = owed.rule()
    period = rule.at(indicator.period_kind, timezone.now())
    periods = [period]
    for _step in range(TREND - 1):
        periods.insert(0, rule.before(periods[0]))
    answers = {one.period.start: one.city for one in answer(indicator, periods)}
    return _row(indicator, answers, None)


def _row(indicator: Indicator, cells: dict[datetime, Cell], unit_id: int | None) -> Row:
    starts = sorted(start for start, cell in cells.items() if cell.value is not None) or sorted(cells)
    if not starts:
        return Row(indicator, None, Cell(), Standing(State.NONE), (), None)
    rule = owed.rule()
    period = rule.at(indicator.period_kind, starts[-1])
    chain = [period]
    while len(chain) < TREND:
        chain.insert(0, rule.before(chain[0]))
    judged = [_standing(indicator, one, cells, unit_id) for one in chain]
    trend = tuple(_float(cells[one.start].value) if one.start in cells else None for one in chain)
    since = None
    for one, found in zip(reversed(chain), reversed(judged), strict=True):
        if found.state != State.DANGER:
            break
        since = one
    return Row(indicator, period, cells[period.start], judged[-1], trend, since)


def _standing(indicator: Indicator, period: Period, cells: dict[datetime, Cell], unit_id: int | None) -> Standing:
    rule = owed.rule()
    day = owed.last_day(period)
    target = target_on(list(indicator.targets.all()), day, unit_id)
    year = rule.at(Kind.YEAR, period.start)
    ago = cells.get(rule.a_year_before(period).start)
    place = sum(1 for _one in _until(rule, period, year.start))
    cell, year_before = cells.get(period.start, Cell()), ago.value if ago else None
    return standing(indicator, target, cell, year_before=year_before, place=place)


def _until(rule: owed.Rule, period: Period, start: datetime) -> Iterable[Period]:
    if period.kind in (Kind.HOUR, Kind.DAY):
        return
    while period.start >= start:
        yield period
        period = rule.before(period)


def _float(number: Decimal | None) -> float | None:
    return None if number is None else float(number)
