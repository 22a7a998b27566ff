"""How units differ: how fast they are, how often on time, how content people are with them. The same for ever."""

from dataclasses import dataclass
from random import Random

from districts.models import Unit


@dataclass(frozen=True)
class Habit:
    """`on_time` and `satisfied` are shares, `speed` multiplies the usual hours (1 = usual, 2 = twice as slow)."""

    on_time: float
    satisfied: float
    speed: float
    answers_in: float  # hours until a ticket is accepted


def habits(units: list[Unit]) -> dict[int, Habit]:
    """A habit for every unit, by id. Every eighth of them, in an order of chance, is a weak one."""
    chance = Random("habits")
    order = sorted(units, key=lambda unit: Random(f"habit {unit.code}").random())
    found = {}
    for place, unit in enumerate(order):
        chance.seed(f"habit of {unit.code}")
        found[unit.pk] = _weak(chance) if place % 8 == 3 else _usual(chance)
    return found


def _usual(chance: Random) -> Habit:
    on_time = chance.uniform(0.945, 0.988)
    satisfied, speed, answers_in = chance.uniform(0.87, 0.925), chance.uniform(0.65, 1.15), chance.uniform(0.3, 1.0)
    return Habit(on_time, satisfied, speed, answers_in)


def _weak(chance: Random) -> Habit:
    on_time = chance.uniform(0.86, 0.905)
    satisfied, speed, answers_in = chance.uniform(0.83, 0.87), chance.uniform(1.25, 1.6), chance.uniform(1.2, 2.5)
    return Habit(on_time, satisfied, speed, answers_in)


# Districts where many more people work, shop and visit by day than live: roughly how many, a guess for the demo.
_BY_DAY = {"760": 420_000, "770": 150_000, "774": 120_000, "771": 100_000, "778": 150_000, "766": 150_000}


def callers(area: Unit) -> float:
    """How many people may call from an area: the ones who live there and the ones who come by day."""
    return float(area.population or 50_000) + _BY_DAY.get(area.code, 0)
