"""Values never move: they stay on the unit that reported them. This reads them by the units of today.

Over a merger counts and parts add up. Over a split they are shared out by the area that went to each (H3 cells of the
footprints), and what comes out is an estimate.
"""

from collections import defaultdict
from collections.abc import Callable
from datetime import datetime
from decimal import Decimal

from districts.geo import shared_area
from districts.models import Succession, Unit

ONE = Decimal(1)
Move = tuple[int, Decimal, bool]  # the unit of today, the share that goes there, whether the share is estimated


def moves() -> dict[int, list[Move]]:
    """For every unit that was succeeded: who has its figures today."""
    working = set(Unit.objects.in_force().values_list("pk", flat=True))
    successors: defaultdict[int, list[Succession]] = defaultdict(list)
    for row in Succession.objects.select_related("old", "new"):
        successors[row.old_id].append(row)
    return {old: _ends(old, successors, working) for old in successors if old not in working}


def _ends(unit: int, successors: dict[int, list[Succession]], working: set[int]) -> list[Move]:
    rows = successors.get(unit, [])
    if unit in working or not rows:
        return [(unit, ONE, False)]
    if len(rows) == 1:
        shares = [(rows[0].new_id, ONE, False)]
    else:
        areas = [shared_area(row.old, row.new) for row in rows]
        whole = sum(areas) or len(rows)
        shares = [(row.new_id, Decimal(area if sum(areas) else 1) / whole, True)
                  for row, area in zip(rows, areas, strict=True)]
    return [(end, share * part, guessed or estimated) for new, share, guessed in shares if share
            for end, part, estimated in _ends(new, successors, working)]


def today(values: dict[datetime, dict], owing: dict[datetime, set[int]], merged: Callable) -> tuple[dict, dict]:
    """`values` and `owing` by the units of today; `merged` makes one value of several with their shares."""
    where = moves()
    found: dict[datetime, dict] = {}
    for start, by_unit in values.items():
        together: defaultdict[int, list] = defaultdict(list)
        for unit, value in by_unit.items():
            for end, share, estimated in where.get(unit, [(unit, ONE, False)]):
                together[end].append((value, share, estimated))
        found[start] = {unit: parts[0][0] if len(parts) == 1 and parts[0][1] == ONE else merged(parts)
                        for unit, parts in together.items()}
    owes = {start: {end for unit in units for end, *_rest in where.get(unit, [(unit, ONE, False)])}
            for start, units in owing.items()}
    return found, owes
