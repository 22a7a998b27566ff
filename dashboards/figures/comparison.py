"""Units side by side, like with like: the on-time rate with its interval, in bands, never a rank.

A unit is compared with its group (`Unit.peer_group`) alone, by the corrected funnel that judges every indicator
(`hcmc_ioc.lib.judging.funnel`). A rank would tell apart what chance did (Goldstein and Spiegelhalter 1996).
"""

from collections import defaultdict
from dataclasses import dataclass

from dashboards.figures.definitions import Figures
from districts.models import Unit
from hcmc_ioc.lib.judging import funnel

ENOUGH = funnel.CASES  # promises due; below, a rate says little: it is shown greyed and judged by nobody
BANDS = ("worse", "usual", "better", "unknown")  # in the order in which a leader looks for trouble
_BY_SIDE = {None: "unknown", -1: "worse", 0: "usual", 1: "better"}


@dataclass(frozen=True)
class Standing:
    """One unit among its peers. `group_rate` is that of all of them together, None when nothing was due; `band` is
    `unknown` where the unit has too few promises or the group too few units that have enough."""

    unit: Unit
    figures: Figures
    group_rate: float | None
    low: float  # 95 % interval of the on-time rate
    high: float
    band: str

    @property
    def enough(self) -> bool:
        return self.figures.due >= ENOUGH


def standings(units: list[Unit], figures: dict[int, Figures]) -> list[Standing]:
    """The units of one group in bands, what is clearly lower first, there the lowest first; else by name."""
    judged = funnel.judge([funnel.Share(unit.pk, figures[unit.pk].due_met, figures[unit.pk].due) for unit in units])
    known = {row.share.key: row for row in judged.rows} if judged else {}
    rate = judged.centre if judged else None
    rows = [
        Standing(unit, figures[unit.pk], rate, row.low, row.high, _BY_SIDE[row.side]) if (row := known.get(unit.pk))
        else Standing(unit, figures[unit.pk], rate, 0.0, 1.0, "unknown")
        for unit in units
    ]
    return sorted(rows, key=_place)


def _place(row: Standing) -> tuple:
    lowest_first = (row.figures.on_time or 0.0) if row.band == "worse" else 0.0
    return BANDS.index(row.band), lowest_first, row.unit.sort_key


def groups(units: list[Unit], figures: dict[int, Figures]) -> dict[str, list[Standing]]:
    """Every peer group of `units` by its name, each compared within itself."""
    members: defaultdict[str, list[Unit]] = defaultdict(list)
    for unit in units:
        members[unit.peer_group].append(unit)
    return {group: standings(found, figures) for group, found in members.items()}
