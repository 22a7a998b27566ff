"""The four words of quality, unit by unit: right (checks passed), complete (owed cells there), clean (nothing to answer
for), fresh (the newest value is not too old). Counted over the cells that were due last, in a few queries however many
values there are."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from django.db.models import Max, Q

from districts.models import Unit
from hcmc_ioc.lib.sql import rows
from indicators import owed
from indicators.arithmetic import WITHOUT_NUMBER
from indicators.models import Failure, Indicator, Issue, Value, ValueSet
from indicators.periods import Period

BACK = 400  # periods that are looked through for one that was due


@dataclass(frozen=True)
class Due:
    """A set in its period that was due last: which units owe it, and its indicators."""

    value_set: ValueSet
    period: Period
    units: set[int]
    indicators: list[Indicator]


@dataclass
class Share:
    good: int = 0
    whole: int = 0

    @property
    def ratio(self) -> float | None:
        return self.good / self.whole if self.whole else None

    def add(self, good: int, whole: int) -> None:
        self.good += good
        self.whole += whole


@dataclass
class Words:
    """What the four words say of one unit (or, without one, of all)."""

    unit: Unit | None
    right: Share = field(default_factory=Share)
    complete: Share = field(default_factory=Share)
    clean: Share = field(default_factory=Share)
    fresh: Share = field(default_factory=Share)
    issues: int = 0
    confirmed: int = 0  # checks that fail and were confirmed correct

    def add(self, other: "Words") -> None:
        for name in ("right", "complete", "clean", "fresh"):
            share = getattr(other, name)
            getattr(self, name).add(share.good, share.whole)
        self.issues += other.issues
        self.confirmed += other.confirmed


def due_last(now: datetime) -> list[Due]:
    """Each set in the last period whose due date has passed."""
    rule, found = owed.rule(), []
    sets = ValueSet.objects.filter(Q(ends=None) | Q(ends__gte=now.date())).prefetch_related("items__indicator")
    for value_set in sets:
        period = rule.before(rule.at(value_set.period_kind, now))
        for _step in range(BACK):
            if owed.due_at(value_set, period) <= now:
                break
            period = rule.before(period)
        units = owed.owing(value_set, [period])[period.start]
        if units:
            found.append(Due(value_set, period, units, [item.indicator for item in owed.items(value_set, period)]))
    return found


def board(due: Sequence[Due], now: datetime, units: Collection[int] | None = None) -> list[Words]:
    """The four words of these units (of all that owe something: None), as officials list them."""
    asked = {pk for one in due for pk in one.units if units is None or pk in units}
    found = {unit.pk: Words(unit) for unit in Unit.objects.filter(pk__in=asked).order_by("sort_key")}
    for one in due:
        for pk in one.units & found.keys():
            found[pk].complete.whole += len(one.indicators)
    _count_cells(due, found)
    _count_fresh(due, found, now)
    _count_issues(due, found)
    return list(found.values())


_CELLS = """
    SELECT asked.place, held.unit_id,
           count(*) FILTER (WHERE held.flag NOT IN ('missing', 'cannot_exist', 'withdrawn')),
           sum(held.checked), sum(held.failed)
    FROM unnest(%s::bigint[], %s::timestamptz[], %s::int[]) AS asked (indicator_id, start, place)
    JOIN indicators_value held USING (indicator_id, start)
    GROUP BY 1, 2
"""
_FRESH = """
    SELECT asked.place, held.unit_id, count(DISTINCT held.indicator_id)
    FROM unnest(%s::bigint[], %s::timestamptz[], %s::int[]) AS asked (indicator_id, since, place)
    JOIN indicators_value held ON held.indicator_id = asked.indicator_id AND held.start >= asked.since
    WHERE held.flag NOT IN ('missing', 'cannot_exist', 'withdrawn')
    GROUP BY 1, 2
"""


def _count_cells(due: Sequence[Due], found: dict[int, Words]) -> None:
    asked = [(one.pk, group.period.start, place) for place, group in enumerate(due) for one in group.indicators]
    for place, unit, there, checked, failed in rows(_CELLS, _columns(asked)):
        if unit in found and unit in due[place].units:
            found[unit].complete.good += there
            found[unit].right.add(checked - failed, checked)


def _count_fresh(due: Sequence[Due], found: dict[int, Words], now: datetime) -> None:
    asked = []
    for place, group in enumerate(due):
        limited = [one for one in group.indicators if one.freshness_days]
        asked += [(one.pk, fresh_since(one, now), place) for one in limited]
        for pk in group.units & found.keys():
            found[pk].fresh.whole += len(limited)
    for place, unit, count in rows(_FRESH, _columns(asked)):
        if unit in found and unit in due[place].units:
            found[unit].fresh.good += count


def _count_issues(due: Sequence[Due], found: dict[int, Words]) -> None:
    owes: defaultdict[int, set[int]] = defaultdict(set)
    for group in due:
        for pk in group.units & found.keys():
            owes[pk].update(one.pk for one in group.indicators)
    wrong: defaultdict[int, set[int]] = defaultdict(set)
    unsettled = Issue.objects.filter(unit__in=found, state__in=Issue.UNSETTLED)
    for unit, indicator in unsettled.order_by().values_list("unit_id", "indicator_id"):
        found[unit].issues += 1
        wrong[unit].add(indicator)
    for pk, indicators in owes.items():
        found[pk].clean.add(len(indicators - wrong[pk]), len(indicators))
    for failure in failing(due, found):
        found[failure.unit_id].confirmed += failure.issue.state == Issue.State.CONFIRMED


def failing(due: Sequence[Due], units: Iterable[int]) -> list[Failure]:
    """The failed checks of what was due last."""
    starts = {group.period.start for group in due}
    periods = {(one.pk, group.period.start): group.units for group in due for one in group.indicators}
    asked = Failure.objects.filter(unit__in=list(units), start__in=starts)
    return [one for one in asked.select_related("issue", "check_row__other", "indicator").order_by("start", "pk")
            if one.unit_id in periods.get((one.indicator_id, one.start), ())]


def fresh_since(indicator: Indicator, now: datetime) -> datetime:
    """The first start of a period that is still new enough: it ended no longer ago than the indicator says."""
    rule, oldest = owed.rule(), now - timedelta(days=indicator.freshness_days or 0)
    return rule.at(indicator.period_kind, oldest - timedelta(microseconds=1)).start


def missing(due: Sequence[Due], unit_id: int) -> list[tuple[Due, Indicator]]:
    """The owed cells of a unit that hold no number, whatever reason stands there."""
    starts = {group.period.start for group in due}
    there = set(Value.objects.filter(unit=unit_id, start__in=starts).exclude(flag__in=WITHOUT_NUMBER).values_list(
        "indicator_id", "start"))
    return [(group, one) for group in due if unit_id in group.units for one in group.indicators
            if (one.pk, group.period.start) not in there]


def stale(due: Sequence[Due], unit_id: int, now: datetime) -> list[tuple[Indicator, Period | None]]:
    """The indicators of a unit whose newest value is too old, with the period of that value."""
    asked = [one for group in due if unit_id in group.units for one in group.indicators if one.freshness_days]
    numbers = Value.objects.filter(unit=unit_id, indicator__in=asked).exclude(flag__in=WITHOUT_NUMBER)
    newest = dict(numbers.order_by().values_list("indicator_id").annotate(Max("start")))
    rule = owed.rule()
    return [(one, rule.at(one.period_kind, newest[one.pk]) if one.pk in newest else None) for one in asked
            if one.pk not in newest or newest[one.pk] < fresh_since(one, now)]


def _columns(asked: list[tuple]) -> list[list]:
    return [list(column) for column in zip(*asked, strict=True)] if asked else [[], [], []]
