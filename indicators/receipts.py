"""What a unit gets for its sheet: each of its open figures beside those of its like, in the same period."""

from collections import defaultdict
from dataclasses import dataclass
from decimal import Decimal
from statistics import median

from districts.models import Unit
from indicators import owed
from indicators.arithmetic import WITHOUT_NUMBER, Parts
from indicators.entry import Sheet, SheetCell
from indicators.models import Indicator, Value

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
    units = owed.owing(sheet.value_set, [sheet.period])[sheet.period.start]
    others = Unit.objects.filter(pk__in=units - {sheet.unit.pk})
    like = [one.pk for one in others if one.peer_group == sheet.unit.peer_group]
    asked = {cell.indicator.pk: cell for cell in sheet.cells
             if cell.is_there and cell.indicator.access == Indicator.Access.OPEN}
    found: defaultdict[int, list[Decimal]] = defaultdict(list)
    rows = Value.objects.filter(indicator__in=asked, unit__in=like, start=sheet.period.start)
    for indicator, *numbers in rows.exclude(flag__in=WITHOUT_NUMBER).values_list(
            "indicator_id", "number", "numerator", "denominator"):
        value = asked[indicator].version.rules.divided(Parts(*numbers))
        if value is not None:
            found[indicator].append(value)
    return [Beside(cell, min(values), median(values), max(values), len(values))
            for pk, cell in asked.items() if len(values := found[pk]) >= FEWEST and cell.number is not None]
