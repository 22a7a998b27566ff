"""Which unit is slow in what: units × fields, each cell the on-time rate of what fell due, with its list behind it."""

from dataclasses import dataclass
from datetime import datetime

from dashboards.figures import series, units
from dashboards.figures.comparison import ENOUGH
from dashboards.figures.periods import Period
from districts.models import Unit, peer_group_name
from feedback.models import Category
from feedback.rules.rulebook import rulebook
from hcmc_ioc.lib import svg


@dataclass(frozen=True)
class Cell:
    """What fell due for a unit in a field, and what of it was kept."""

    due: int
    met: int
    field: Category
    tone: str  # how low the rate is among all; "none" where too few were due to say

    @property
    def rate(self) -> float | None:
        return self.met / self.due if self.due else None


def matrix(period: Period, now: datetime) -> dict:
    """Groups of units with a cell for each field that matters in the period; the largest fields first."""
    book = rulebook()
    today = now.astimezone(book.zone).date()
    counts = series.by_unit_and_field(period, today)
    sizes = {field: due for (unit, field), (due, _met) in counts.items() if unit == book.city_id and due >= ENOUGH}
    fields = [book.categories[pk] for pk in sorted(sizes, key=lambda pk: -sizes[pk])]
    enough = [met / due for (unit, field), (due, met) in counts.items() if due >= ENOUGH and field in sizes]
    uppers = svg.limits(enough)

    def row(unit: Unit) -> tuple[Unit, list[Cell]]:
        cells = []
        for field in fields:
            due, met = counts.get((unit.pk, field.pk), (0, 0))
            rate = met / due if due >= ENOUGH else None
            cells.append(Cell(due, met, field, svg.class_of(rate, uppers, low_is_strong=True)))
        return unit, cells

    groups: dict[str, list] = {}
    for unit in units.in_force():
        if unit.kind != Unit.Kind.UNASSIGNED and any((unit.pk, field.pk) in counts for field in fields):
            groups.setdefault(unit.peer_group, []).append(row(unit))
    return {
        "fields": fields, "groups": [(peer_group_name(code), found) for code, found in groups.items()],
        "whole": row(units.city()), "enough": ENOUGH,
        "legend": svg.legend(uppers, max(enough, default=None), "percent", low_is_strong=True),
        "listed": period.over(today),
    }
