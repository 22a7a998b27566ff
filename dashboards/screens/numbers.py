"""The numbers that districts and departments deliver, on the screens of leaders: by field, red first."""

from dataclasses import dataclass

from districts.models import Unit
from hcmc_ioc.lib import beside
from indicators import board, saying
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
    return _shown(board.of_city(counted), None)


def of_unit(scope: Unit) -> dict:
    return _shown(board.of_unit(board.catalogue(), scope.pk), scope.pk)


def _shown(rows: list[board.Row], unit_id: int | None) -> dict:
    """The fields that have something red first; in each the red ones first; beside them what was said of them."""
    there = [row for row in rows if row.period is not None]
    fields: dict[int, IndicatorField] = {row.indicator.field_id: row.indicator.field for row in there}
    found = []
    for pk, field in fields.items():
        own = [row for row in there if row.indicator.field_id == pk]
        own.sort(key=lambda row: board.ORDER[row.standing.state])
        found.append(Field(field, own[:SHOWN], max(0, len(own) - SHOWN)))
    found.sort(key=lambda one: (-sum(row.is_red for row in one.rows), one.field.position))
    judged = sum(row.standing.state not in (State.NONE, State.UNKNOWN) for row in there)
    return {"fields": found, "said": _said([row for one in found for row in one.rows], unit_id), "judged": judged,
            "red": sum(row.is_red for row in there)}


def _said(rows: list[board.Row], unit_id: int | None) -> dict[int, list[beside.Remark]]:
    """Explanations and the like, by indicator."""
    asked = [beside.Figure(row.indicator.pk, unit_id, row.period.start, saying.measured(row.indicator, row.cell.value))
             for row in rows if row.period is not None]
    return {one.indicator_id: remarks for one, remarks in beside.about_figures(asked).items()} if asked else {}
