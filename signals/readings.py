"""What a rule sees: the figures of its indicator, period by period, as they were known when each was due."""

from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from decimal import Decimal

from districts.models import Unit
from indicators import answers, owed
from indicators.answers import Answer, Cell
from indicators.judging import of as judged
from indicators.models import Indicator, Value
from indicators.periods import Period
from indicators.states import FEWEST
from signals.machine import Reading
from signals.models import AlertRule

MONTHS_BACK = timedelta(days=731)
LAST = 30  # periods that a rule at work looks at; alerts that began earlier stay as they were told
SETTLED = timedelta(days=3)  # after the end of a period whose figures nobody owes by a date

Seen = dict[int | None, list[Reading]]  # by unit; the city under None


def replay(rule: AlertRule, now: datetime) -> Seen:
    """The last 24 months, each period as it was known when it was due."""
    periods = chain(rule, now, now - MONTHS_BACK)
    return _readings(rule, periods, lambda period: _known_at(rule.indicator, period))


def current(rule: AlertRule, now: datetime) -> Seen:
    """The last periods as they are known now."""
    return _readings(rule, chain(rule, now, now - MONTHS_BACK)[-LAST:], None)


def chain(rule: AlertRule, now: datetime, since: datetime) -> list[Period]:
    """The periods that are over, the oldest first."""
    found, period = [], owed.rule().at(rule.period_kind, now)
    while (period := owed.rule().before(period)).start >= since:
        found.append(period)
    return found[::-1]


def _known_at(indicator: Indicator, period: Period) -> datetime:
    value_set = indicator.set_item.value_set if hasattr(indicator, "set_item") else None
    if value_set and period.kind == value_set.period_kind:
        return owed.due_at(value_set, period)
    return period.end + SETTLED


def _readings(rule: AlertRule, periods: Sequence[Period], known_at: Callable[[Period], datetime] | None) -> Seen:
    if rule.form == AlertRule.Form.SIGNAL:
        return _of_signals(rule, periods)
    found = _answered(rule.indicator, periods, known_at)
    if rule.scope == AlertRule.Scope.CITY:
        return {None: _judged(rule, [(one.period, one.city) for one in found])}
    units = sorted({pk for one in found for pk in one.units})
    return {pk: _judged(rule, [(one.period, one.units.get(pk, Cell())) for one in found]) for pk in units}


def _answered(indicator: Indicator, periods: Sequence[Period],
              known_at: Callable[[Period], datetime] | None) -> list[Answer]:
    if known_at is None or indicator.source == Indicator.Source.HOTLINE:  # 1022's own figures are known at once
        return answers.answer(indicator, list(periods)) if periods else []
    return [answers.answer(indicator, [period], as_of=known_at(period), history=True)[0] for period in periods]


def _judged(rule: AlertRule, cells: Sequence[tuple[Period, Cell]]) -> list[Reading]:
    readings: list[Reading] = []
    before: Decimal | None = None
    for period, cell in cells:
        value = cell.value
        few = cell.denominator is not None and cell.denominator < FEWEST  # of few cases nothing is judged
        met = None if few else _met(rule, value, before)
        readings.append(Reading(period.code, None if value is None else float(value), met))
        before = value
    while readings and readings[0].value is None:  # before the first figure nothing is said
        readings.pop(0)
    return readings


def _met(rule: AlertRule, value: Decimal | None, before: Decimal | None) -> bool | None:
    if value is None or rule.threshold is None:
        return None
    match rule.form:
        case AlertRule.Form.ABOVE:
            return value > rule.threshold
        case AlertRule.Form.BELOW:
            return value < rule.threshold
    if not before:
        return None
    moved = (value / before - 1) * 100
    return moved > rule.threshold if rule.form == AlertRule.Form.RISE else -moved > rule.threshold


BAD_SIDE: dict[str, tuple[int, ...]] = {Indicator.Polarity.UP: (-1,), Indicator.Polarity.DOWN: (1,)}


def _of_signals(rule: AlertRule, periods: Sequence[Period]) -> Seen:
    """By the saved judgement of the indicator: a signal to the bad side, at the period that completes it."""
    units: list[Unit | None] = [None]
    if rule.scope == AlertRule.Scope.UNITS:
        deliver = Value.objects.filter(indicator=rule.indicator).values("unit")
        units = list(Unit.objects.filter(pk__in=deliver).order_by("sort_key"))
    sides = BAD_SIDE.get(rule.indicator.polarity, (-1, 1))  # where neither is better, both are told
    wanted, seen = {one.code for one in periods}, {}
    for unit in units:
        found = judged(rule.indicator, unit)
        bad = {one.key for one in found.judgement.signals if one.side in sides}
        seen[unit.pk if unit else None] = [
            Reading(period.code, None if cell.value is None else float(cell.value),
                    None if cell.value is None else period.code in bad)
            for period, cell in zip(found.periods, found.cells, strict=True) if period.code in wanted]
    return seen
