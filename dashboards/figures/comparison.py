"""Units side by side, like with like: the on-time rate with its interval, never a bare rank."""

from dataclasses import dataclass

from dashboards.figures.definitions import Figures
from districts.models import Unit
from hcmc_ioc.lib.stats import wilson

ENOUGH = 20  # promises due; below, a rate says little and is shown greyed, never ranked


@dataclass(frozen=True)
class Standing:
    """One unit's place: `rank` among the units with enough promises, None otherwise."""

    unit: Unit
    figures: Figures
    rank: int | None
    low: float  # 95 % interval of the on-time rate
    high: float

    @property
    def enough(self) -> bool:
        return self.figures.due >= ENOUGH

    def verdict(self, city_rate: float | None) -> str:
        """`better` or `worse` when the whole interval lies on one side of the city's rate, else `usual`."""
        if not self.enough or city_rate is None:
            return "unknown"
        if self.low > city_rate:
            return "better"
        return "worse" if self.high < city_rate else "usual"


def standings(units: list[Unit], figures: dict[int, Figures]) -> list[Standing]:
    """The units by on-time rate, best first; those with few promises after them, by name."""
    def rate(unit: Unit) -> float:
        return figures[unit.pk].on_time or 0.0

    ranked = sorted((u for u in units if figures[u.pk].due >= ENOUGH), key=lambda u: (-rate(u), u.sort_key))
    few = sorted((u for u in units if figures[u.pk].due < ENOUGH), key=lambda u: u.sort_key)
    rows = [(unit, number) for number, unit in enumerate(ranked, 1)] + [(unit, None) for unit in few]
    return [
        Standing(unit, figures[unit.pk], rank, *wilson(figures[unit.pk].due_met, figures[unit.pk].due))
        for unit, rank in rows
    ]
