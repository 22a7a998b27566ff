"""Units side by side, like with like: the on-time rate with its interval, in bands, never a rank.

A unit is compared with its group (`Unit.peer_group`) alone. A rank would tell apart what chance did; a band says only
what the numbers can bear (Goldstein and Spiegelhalter 1996 on league tables; Wilson's interval, 95 %).
"""

from collections import defaultdict
from dataclasses import dataclass

from dashboards.figures.definitions import Figures
from districts.models import Unit
from hcmc_ioc.lib.stats import wilson

ENOUGH = 20  # promises due; below, a rate says little: it is shown greyed and judged by nobody
BANDS = ("worse", "usual", "better", "unknown")  # in the order in which a leader looks for trouble


@dataclass(frozen=True)
class Standing:
    """One unit among its peers. `group_rate` is that of all of them together, None when nothing was due."""

    unit: Unit
    figures: Figures
    group_rate: float | None
    low: float  # 95 % interval of the on-time rate
    high: float

    @property
    def enough(self) -> bool:
        return self.figures.due >= ENOUGH

    @property
    def band(self) -> str:
        """`better` or `worse` when the whole interval lies on one side of the group's rate, else `usual`."""
        if not self.enough or self.group_rate is None:
            return "unknown"
        if self.low > self.group_rate:
            return "better"
        return "worse" if self.high < self.group_rate else "usual"


def standings(units: list[Unit], figures: dict[int, Figures]) -> list[Standing]:
    """The units of one group in bands, what is clearly lower first, there the lowest first; else by name."""
    due, met = (sum(getattr(figures[unit.pk], name) for unit in units) for name in ("due", "due_met"))
    rate = met / due if due else None
    rows = [
        Standing(unit, figures[unit.pk], rate, *_interval(figures[unit.pk])) for unit in units
    ]
    return sorted(rows, key=_place)


def _interval(figures: Figures) -> tuple[float, float]:
    return wilson(figures.due_met, figures.due) if figures.due else (0.0, 1.0)


def _place(row: Standing) -> tuple:
    lowest_first = (row.figures.on_time or 0.0) if row.band == "worse" else 0.0
    return BANDS.index(row.band), lowest_first, row.unit.sort_key


def groups(units: list[Unit], figures: dict[int, Figures]) -> dict[str, list[Standing]]:
    """Every peer group of `units` by its name, each compared within itself."""
    members: defaultdict[str, list[Unit]] = defaultdict(list)
    for unit in units:
        members[unit.peer_group].append(unit)
    return {group: standings(found, figures) for group, found in members.items()}
