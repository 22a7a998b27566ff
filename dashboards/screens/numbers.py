"""The numbers that districts and departments deliver, on the screens of leaders: by field, red first."""

from dataclasses import dataclass

from districts.models import Unit
from indicators import board
from indicators.models import Indicator, IndicatorField
from indicators.states import State

SHOWN = 6  # rows of a field; the others stand in the catalogue


@dataclass(frozen=True)
class Field:
    field: IndicatorField
    rows: list[board.Row]
    more: int


def of_city() -> dict:
    every = [one for one in board.catalogue() if one.access == Indicator.Access.OPEN]
    counted = [one for one in every if one.source in (Indicator.Source.DELIVERED, Indicator.Source.FORMULA)]
    return _shown(board.of_city(counted))


def of_unit(scope: Unit) -> dict:
    return _shown(board.of_unit(board.catalogue(), scope.pk))


def _shown(rows: list[board.Row]) -> dict:
    """The fields that have something red first; in each the red ones first."""
    there = [row for row in rows if row.period is not None]
    fields: dict[int, IndicatorField] = {row.indicator.field_id: row.indicator.field for row in there}
    found = []
    for pk, field in fields.items():
        own = [row for row in there if row.indicator.field_id == pk]
        own.sort(key=lambda row: board.ORDER[row.standing.state])
        found.append(Field(field, own[:SHOWN], max(0, len(own) - SHOWN)))
    found.sort(key=lambda one: (-sum(row.is_red for row in one.rows), one.field.position))
    return {"fields": found, "red": sum(row.is_red for row in there), "judged": sum(
        row.standing.state not in (State.NONE, State.UNKNOWN) for row in there)}
