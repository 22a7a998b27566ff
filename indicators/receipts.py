"""What a unit gets for its sheet: each of its open figures beside those of its like, in the same period."""

from collections import defaultdict
from dataclasses import dataclass
from decimal import Decimal
from statistics import median

from districts.models import Unit
from hcmc_ioc.lib.caching import ttl_cache
from hcmc_ioc.lib.sql import rows
from indicators import owed
from indicators.answers import version_for
from indicators.arithmetic import WITHOUT_NUMBER, Parts
from indicators.entry import Sheet, SheetCell
from indicators.models import Indicator, SetItem, Value, ValueSet
from indicators.periods import Period

FEWEST = 3  # peers: beside fewer nobody stands


@dataclass(frozen=True)
class Beside:
    """A figure of the unit, and the least, the middle and the greatest of its peers' so far."""

    cell: SheetCell
    low: Decimal
    middle: Decimal
    high: Decimal
    count: int


def of(sheet: Sheet) -> list[Beside]:
    """The receipt of a sheet that is complete: nothing while a cell is empty."""
    if not sheet.is_complete:
        return []
    asked = {cell.indicator.pk: cell for cell in sheet.cells
             if cell.is_there and cell.indicator.access == Indicator.Access.OPEN}
    (now,) = rows(_NOW, [list(asked), sheet.period.start])
    of_group = _of_group(sheet.value_set, sheet.period, sheet.unit.peer_group, now)
    found = {pk: [value for unit, value in of_group.get(pk, ()) if unit != sheet.unit.pk] for pk in asked}
    return [Beside(cell, min(values), median(values), max(values), len(values))
            for pk, cell in asked.items() if len(values := found[pk]) >= FEWEST and cell.number is not None]


_NOW = "SELECT count(*), sum(revision) FROM indicators_value WHERE indicator_id = ANY(%s) AND start = %s"


@ttl_cache(seconds=60, key=lambda value_set, *about: (value_set.pk, *about))
def _of_group(value_set: ValueSet, period: Period, group: str, _now: tuple) -> dict[int, list[tuple[int, Decimal]]]:
    """What the owing units of a peer group have sent: (unit, value) by indicator. All their clerks ask for the same,
    until one of them sends."""
    owing = Unit.objects.filter(pk__in=owed.owing(value_set, [period])[period.start])
    like = [one.pk for one in owing if one.peer_group == group]
    items = SetItem.objects.filter(value_set=value_set).select_related("indicator").prefetch_related(
        "indicator__versions")
    rules = {item.indicator_id: version_for(item.indicator, period).rules for item in items}
    found: defaultdict[int, list[tuple[int, Decimal]]] = defaultdict(list)
    there = Value.objects.filter(indicator__in=rules, unit__in=like, start=period.start)
    for indicator, unit, *numbers in there.exclude(flag__in=WITHOUT_NUMBER).values_list(
            "indicator_id", "unit_id", "number", "numerator", "denominator"):
        value = rules[indicator].divided(Parts(*numbers))
        if value is not None:
            found[indicator].append((unit, value))
    return found
