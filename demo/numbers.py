"""Two years of numbers as districts and departments deliver them: most in time, some late, some missing, a few absurd
and mended later, so that every state of a figure is seen in the demo."""

import tomllib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from math import cos, pi
from random import Random

from accounts.actors import Actor
from demo.texts import DATA
from districts.models import Unit
from indicators import deliveries, owed, plans
from indicators.answers import version_for
from indicators.arithmetic import Flag, Kind, Parts
from indicators.models import Delivery, Indicator, Value, ValueSet
from indicators.periods import Kind as PeriodKind
from indicators.periods import Period, Rule

JOB = Actor.system("demo")
USUAL_PEOPLE = 400_000
LATE, MISSING, ABSURD, REVISED = 0.06, 0.012, 0.002, 0.01  # how often
OPEN_SHARE = 0.55  # of units that have not sent the last period yet, where its date lies ahead


@dataclass(frozen=True)
class Habit:
    """The usual figures of one indicator (`demo/data/numbers.toml`)."""

    base: float
    share: float = 0.0
    noise: float = 0.1
    season: float = 0.0
    peak: int = 1
    growth: float = 0.0
    share_growth: float = 0.0
    grows: bool = False


def habits() -> dict[str, Habit]:
    return {code: Habit(**facts) for code, facts in tomllib.loads((DATA / "numbers.toml").read_text("utf-8")).items()}


def is_seeded() -> bool:
    return Value.objects.exists()


def seed(months: int, seed: int, now: datetime, progress: Callable[[int], None]) -> int:
    """Deliver what is owed since so many months; returns how many values there are. What was due is frozen."""
    rule, usual, written = owed.rule(), habits(), 0
    for value_set in ValueSet.objects.prefetch_related("items__indicator__versions", "items__indicator__targets"):
        period = rule.at(value_set.period_kind, _since(value_set, months, now))
        while period.end <= now:
            units = owed.owing(value_set, [period])[period.start]
            for unit in Unit.objects.filter(pk__in=units).order_by("pk"):
                rng = Random(f"{seed} {value_set.code} {unit.code} {period.code}")
                written += _deliver(value_set, unit, period, usual, rng, now)
            progress(written)
            period = rule.next(period)
    owed.freeze_due(now)
    return written


def _since(value_set: ValueSet, months: int, now: datetime) -> datetime:
    """So many months back; of a set with plans since two whole years, whose path the plans follow."""
    since = now - timedelta(days=round(30.44 * months))
    if not any(plans.has_plan(item.indicator) for item in value_set.items.all()):
        return since
    rule = owed.rule()
    return min(since, rule.before(rule.at(PeriodKind.YEAR, now), plans.FEWEST_YEARS).start)


def _deliver(
    value_set: ValueSet, unit: Unit, period: Period, usual: dict[str, Habit], rng: Random, now: datetime,
) -> int:
    due = owed.due_at(value_set, period)
    at = period.end + (due - period.end) * rng.uniform(0.2, 0.95)
    if rng.random() < LATE:
        at = due + timedelta(hours=rng.uniform(2, 70))
    if at > now or (due > now and rng.random() < OPEN_SHARE):
        return 0
    given = list(_values(value_set, unit, period, usual, rng))
    delivery = deliveries.new(JOB, door=Delivery.Door.FORM, value_set=value_set, unit=unit, start=period.start)
    delivery.at = at
    wrong = {place for place, one in enumerate(given) if one.flag == Flag.FINAL and rng.random() < ABSURD}
    first = [_times(one, 10) if place in wrong else one for place, one in enumerate(given)]
    deliveries.bring(delivery, first, at=at)
    again = [given[place] for place in wrong]
    again += [_times(one, Decimal("1.02")) for place, one in enumerate(given)
              if one.flag == Flag.FINAL and rng.random() < REVISED and place not in wrong]
    later = at + timedelta(days=rng.uniform(1, 6))
    if again and later < now:
        deliveries.bring(deliveries.new(
            JOB, door=Delivery.Door.FORM, value_set=value_set, unit=unit, start=period.start), again, at=later)
    return len(given)


def _values(value_set: ValueSet, unit: Unit, period: Period, usual: dict[str, Habit], rng: Random) -> Iterator:
    for item in value_set.items.all():
        habit = usual.get(item.indicator.code)
        if habit is None or rng.random() < MISSING / 3:
            continue  # nobody keyed it
        version = version_for(item.indicator, period)
        key = item.indicator_id, unit.pk, period.start, version.pk
        if rng.random() < MISSING:
            yield deliveries.Given(*key, Parts(), Flag.MISSING, "Chưa tổng hợp xong số liệu của các phường.")
        else:
            yield deliveries.Given(*key, _figures(item.indicator, version.kind, habit, unit, period, rng))


def _figures(indicator: Indicator, kind: str, habit: Habit, unit: Unit, period: Period, rng: Random) -> Parts:
    rule = owed.rule()
    local = period.start.astimezone(rule.zone)
    own = Random(f"{indicator.code} {unit.code}")  # what this unit is like, for ever
    size = (unit.population or USUAL_PEOPLE) / USUAL_PEOPLE if unit.is_area else 1.0
    years = local.year + (local.month - 1) / 12 - 2025
    level = habit.base * size * own.uniform(0.85, 1.15) * (1 + habit.growth) ** years
    level *= 1 + habit.season * cos(2 * pi * (local.month - habit.peak) / 12)
    amount = max(0.0, level * rng.gauss(1, habit.noise))
    if not habit.share:
        return Parts(_rounded(amount, kind, indicator))
    share = habit.share * own.uniform(0.97, 1.02) + habit.share_growth * years + rng.gauss(0, 0.008)
    if habit.grows:
        amount = habit.base * size * own.uniform(0.85, 1.15)
        share *= _of_the_year(rule, period)
    whole = _rounded(amount, kind, indicator)
    part = _rounded(float(whole) * max(0.0, share), kind, indicator)
    return Parts(None, min(part, whole) if kind == Kind.PROPORTION else part, whole)


def _of_the_year(rule: Rule, period: Period) -> float:
    """How much of a year's money is spent by its end: little in spring, much in December."""
    month = (period.end - timedelta(days=1)).astimezone(rule.zone).month
    return (month / 12) ** 1.5


def _rounded(amount: float, kind: str, indicator: Indicator) -> Decimal:
    whole = kind in (Kind.COUNT, Kind.STOCK, Kind.PROPORTION)
    return Decimal(round(amount)) if whole or amount > 1000 else Decimal(str(round(amount, max(1, indicator.decimals))))


def _times(one: deliveries.Given, factor: Decimal | int) -> deliveries.Given:
    """The same value with another number: of two parts the numerator, as far as it may go."""
    parts, factor = one.parts, Decimal(factor)
    if parts.number is not None:
        changed = Parts((parts.number * factor).quantize(Decimal("0.1")).normalize())
    else:
        numerator = min((parts.numerator * factor).quantize(Decimal(1)), parts.denominator)
        changed = Parts(None, numerator, parts.denominator)
    return deliveries.Given(one.indicator_id, one.unit_id, one.start, one.version_id, changed, one.flag, one.note)
