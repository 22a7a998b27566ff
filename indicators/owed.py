"""What units owe: computed from which units exist in a period, and frozen at the cut-off.

A unit owes a set for a period if it works on the period's last day and belongs to a group that owes the set. After the
cut-off the frozen rows say it; what is added or struck out later stands there with its reason.
"""

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from datetime import date, datetime, time, timedelta

from django.db import transaction

from districts.cities import city
from districts.models import Unit
from hcmc_ioc.lib.sql import rows
from indicators.models import Owed, SetItem, ValueSet
from indicators.periods import Period, Rule


def rule() -> Rule:
    """How periods lie in this city."""
    return Rule(city().time_zone, city().year_starts)


def key(period: Period) -> str:
    """The period in an address: its code, or its first day where the code has a slash."""
    return period.code if "/" not in period.code else first_day(period).isoformat()


def owing(value_set: ValueSet, periods: Sequence[Period]) -> dict[datetime, set[int]]:
    """The ids of the units that owe the set, for the start of each of these periods."""
    frozen: dict[datetime, set[int]] = {}
    kept = Owed.objects.filter(value_set=value_set, start__in=[period.start for period in periods])
    for start, unit_id, is_owed in kept.values_list("start", "unit_id", "is_owed"):
        frozen.setdefault(start, set()).update({unit_id} if is_owed else ())
    rest = [period for period in periods if period.start not in frozen]
    return frozen | (_computed(value_set, rest) if rest else {})


_FROZEN = """
    SELECT EXISTS (SELECT FROM indicators_owed WHERE (value_set_id, start) = (asked.value_set_id, asked.start)),
           (SELECT is_owed FROM indicators_owed
            WHERE (value_set_id, start, unit_id) = (asked.value_set_id, asked.start, %s))
    FROM unnest(%s::bigint[], %s::timestamptz[]) WITH ORDINALITY AS asked (value_set_id, start, place) ORDER BY place
"""


def owed_by(unit: Unit, asked: Sequence[tuple[ValueSet, Period]]) -> list[tuple[ValueSet, Period]]:
    """Those of these sets and periods that the unit owes, in one query (prefetch `owing_units`)."""
    frozen = rows(_FROZEN, [unit.pk, [one.pk for one, _period in asked], [period.start for _set, period in asked]])
    return [(value_set, period) for (value_set, period), (is_frozen, is_owed) in zip(asked, frozen, strict=True)
            if (is_owed if is_frozen else _is_named(value_set, unit) and _is_due(value_set, unit, last_day(period)))]


def _is_named(value_set: ValueSet, unit: Unit) -> bool:
    return unit.peer_group in value_set.owing_groups or any(one.pk == unit.pk for one in value_set.owing_units.all())


def _is_due(value_set: ValueSet, unit: Unit, day: date) -> bool:
    return value_set.begins <= day and (value_set.ends is None or day <= value_set.ends) and unit.works_on(day)


def _computed(value_set: ValueSet, periods: Sequence[Period]) -> dict[datetime, set[int]]:
    named = set(value_set.owing_units.values_list("pk", flat=True))
    units = [unit for unit in Unit.objects.all() if unit.pk in named or unit.peer_group in value_set.owing_groups]
    found: dict[datetime, set[int]] = {}
    for period in periods:
        last = last_day(period)
        found[period.start] = {unit.pk for unit in units if _is_due(value_set, unit, last)}
    return found


def first_day(period: Period) -> date:
    return period.start.astimezone(city().time_zone).date()


def last_day(period: Period) -> date:
    """The local day of the last moment of a period."""
    return (period.end - timedelta(microseconds=1)).astimezone(city().time_zone).date()


def is_asked(item: SetItem, period: Period) -> bool:
    """Whether the set asks for this indicator in the period: it was in the set by then, and still in use."""
    closed = item.indicator.closed_on
    return (item.begins is None or item.begins <= first_day(period)) and (closed is None or first_day(period) < closed)


_SIZES = """
    SELECT (SELECT count(*) FROM indicators_setitem item JOIN indicators_indicator one ON one.id = item.indicator_id
            WHERE item.value_set_id = asked.value_set_id AND (item.begins IS NULL OR item.begins <= asked.day)
              AND (closed_on IS NULL OR asked.day < closed_on))
    FROM unnest(%s::bigint[], %s::date[]) WITH ORDINALITY AS asked (value_set_id, day, place) ORDER BY place
"""


def sizes(asked: Sequence[tuple[ValueSet, Period]]) -> list[int]:
    """How many cells each of these sheets has, by `is_asked`."""
    return [size for size, in rows(_SIZES, [[one.pk for one, _period in asked], [first_day(p) for _one, p in asked]])]


def items(value_set: ValueSet, period: Period) -> list[SetItem]:
    """The cells of the set in the period (`items__indicator` had better be prefetched)."""
    return [item for item in value_set.items.all() if is_asked(item, period)]


def due_at(value_set: ValueSet, period: Period) -> datetime:
    """Until when the set is sent in time."""
    day = last_day(period) + timedelta(days=value_set.due_days)
    return datetime.combine(day, time(value_set.due_hour), city().time_zone)


def cut_off_at(value_set: ValueSet, period: Period) -> datetime:
    """When the list of what is owed is frozen, and the period's figures are taken for reports."""
    day = last_day(period) + timedelta(days=value_set.cut_off_days)
    return max(due_at(value_set, period), datetime.combine(day, time(value_set.due_hour), city().time_zone))


@transaction.atomic
def freeze(value_set: ValueSet, period: Period, now: datetime) -> int:
    """Write down who owes the set for the period; returns how many. Frozen once, it stays."""
    ValueSet.objects.select_for_update().get(pk=value_set.pk)
    if Owed.objects.filter(value_set=value_set, start=period.start).exists():
        return 0
    units = _computed(value_set, [period])[period.start]
    return len(Owed.objects.bulk_create(
        Owed(value_set=value_set, unit_id=unit, start=period.start, frozen_at=now) for unit in sorted(units)))


def freeze_due(now: datetime) -> int:
    """Freeze every list whose cut-off has passed, since the set's first period; returns how many rows were written."""
    written, periods = 0, rule()
    for value_set in ValueSet.objects.all():
        frozen = set(Owed.objects.filter(value_set=value_set).values_list("start", flat=True).distinct())
        period = periods.at(value_set.period_kind, value_set.begins)
        while cut_off_at(value_set, period) <= now:
            if period.start not in frozen:
                written += freeze(value_set, period, now)
            period = periods.next(period)
    return written


def add(value_set: ValueSet, period: Period, unit: Unit, now: datetime, *, reason: str, is_owed: bool = True) -> None:
    """An addendum to a frozen list ("22 + 1"): a unit that was opened, closed or corrected later."""
    if not reason.strip():
        raise ValueError("an addendum needs its reason")
    Owed.objects.update_or_create(
        value_set=value_set, start=period.start, unit=unit,
        defaults={"is_owed": is_owed, "reason": reason, "frozen_at": now})


def by_unit(owed: Mapping[datetime, set[int]], starts: Collection[datetime]) -> dict[int, int]:
    """How many of these periods each unit owes."""
    counted: defaultdict[int, int] = defaultdict(int)
    for start in starts:
        for unit in owed.get(start, ()):
            counted[unit] += 1
    return counted
