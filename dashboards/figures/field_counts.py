"""What came, was answered and fell due by field of 1022 between two instants, of every unit at once."""

from collections import defaultdict
from dataclasses import dataclass
from datetime import datetime

from dashboards.figures.instants import days_and_parts
from dashboards.figures.rollups import ROLLUPS
from feedback.rules.rulebook import rulebook
from hcmc_ioc.lib.sql import rows


@dataclass
class FieldCounts:
    received: int = 0
    resolved: int = 0
    due: int = 0
    met: int = 0


NONE = FieldCounts()
_WHOLE = """
    SELECT unit_id, category_id, sum(received), sum(resolved), sum(due), sum(met) FROM dashboards_categoryday
    WHERE day BETWEEN %s AND %s GROUP BY unit_id, category_id
"""


def by_field(start: datetime, end: datetime) -> dict[int, dict[str, FieldCounts]]:
    """Unit → name of the field (top-level category) → counts; the city under its own id."""
    book = rulebook()
    found: defaultdict[int, defaultdict[str, FieldCounts]] = defaultdict(lambda: defaultdict(FieldCounts))
    whole, parts = days_and_parts(start, end)
    counted = list(rows(_WHOLE, [whole.start, whole.end])) if whole else []
    for low, high in parts:
        given = {"city": book.city_id, "from": low, "to": high, "zone": book.zone.key}
        counted += [(unit, category, *sums) for unit, category, _day, *sums in rows(ROLLUPS["category"].recount, given)]
    for unit, category, received, resolved, due, met in counted:
        one = book.categories[category]
        counts = found[unit][book.categories[one.parent_id or category].name]
        counts.received += received
        counts.resolved += resolved
        counts.due += due
        counts.met += met
    return {unit: dict(fields) for unit, fields in found.items()}
