"""A series of points judged over time: stretches, their baselines, and the four rules. Pure.

A stretch begins with the series or where somebody set it anew (`is_rebased`) and ends before the next one. Its baseline
is its first 24 points, at least 12, and stays: what comes later is judged by it and does not move it. A break in the
series stops judgement until somebody sets it anew. What is missing or left out is no point of either.

Rules (numbers.md §7, chosen from Shewhart 1931, Western Electric 1956 and Nelson 1984): `beyond` a limit; `run`, eight
in a row strictly on one side of the mean; `trend`, six points with five strict steps one way; `pair`, two of three
beyond two thirds of the way to a limit, on one side, the last being one of them. A signal stands at the point that
completes it.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from itertools import pairwise

BASELINE, LEAST = 24, 12
RUN, TREND, NEAR = 8, 6, 2 / 3
RULES = ("beyond", "run", "trend", "pair")


@dataclass(frozen=True)
class Point:
    """One period. `size` is the denominator where the value is a share of it (0–1)."""

    key: str
    value: float | None
    size: float | None = None
    is_break: bool = False
    is_rebased: bool = False
    is_excluded: bool = False


@dataclass(frozen=True)
class Limit:
    """What is expected of a point: the centre, and how far a limit lies from it on either side."""

    centre: float
    spread: float

    @property
    def low(self) -> float:
        return self.centre - self.spread

    @property
    def high(self) -> float:
        return self.centre + self.spread


@dataclass(frozen=True)
class Signal:
    """`side` is +1 above what is expected, −1 below; `key` the point that completes the rule."""

    key: str
    rule: str
    side: int


@dataclass(frozen=True)
class Stretch:
    """The keys of its first and last point and of its baseline's last; `limit` of the last point."""

    first: str
    last: str
    baseline_last: str
    baseline: int
    limit: Limit


@dataclass(frozen=True)
class Judgement:
    """`values` are what was judged (of a seasonal series its differences), `limits` what is expected, each in the order
    of the points asked about and None where there is none. `why` says why the newest point is not judged: `few` or
    `break`."""

    method: str
    version: int
    constants: dict[str, float]
    keys: tuple[str, ...]
    values: tuple[float | None, ...]
    limits: tuple[Limit | None, ...]
    signals: tuple[Signal, ...]
    stretches: tuple[Stretch, ...]
    why: str | None = None
    bounds: tuple[float, float] | None = field(default=None)  # what a value cannot leave: limits are drawn within


Limits = Callable[[Sequence[Point], int], list[Limit]]  # of every point, by the first so many


def judged(method: str, version: int, constants: dict[str, float], points: Sequence[Point], limits_of: Limits,
           bounds: tuple[float, float] | None = None) -> Judgement:
    """The points judged by limits that `limits_of` makes of a stretch and the size of its baseline."""
    limits: dict[str, Limit] = {}
    signals: list[Signal] = []
    found: list[Stretch] = []
    why: str | None = "few"
    for stretch, stopped in _stretches(points):
        there = [point for point in stretch if point.value is not None and not point.is_excluded]
        why = "break" if stopped else None
        if len(there) < LEAST:
            why = why or "few"
            continue
        baseline = min(BASELINE, len(there))
        own = limits_of(there, baseline)
        limits |= {point.key: limit for point, limit in zip(there, own, strict=True)}
        signals += rules(there, own)
        found.append(Stretch(there[0].key, there[-1].key, there[baseline - 1].key, baseline, own[-1]))
    common = {"baseline": BASELINE, "least": LEAST, "run": RUN, "trend": TREND, "near": NEAR}
    return Judgement(
        method, version, constants | common, tuple(point.key for point in points),
        tuple(None if point.is_excluded else point.value for point in points),
        tuple(limits.get(point.key) for point in points), tuple(signals), tuple(found), why, bounds)


def _stretches(points: Sequence[Point]) -> list[tuple[list[Point], bool]]:
    """The points that may be judged together, and whether a break stopped it before the next begins."""
    found: list[tuple[list[Point], bool]] = [([], False)]
    for point in points:
        stretch, stopped = found[-1]
        if point.is_rebased:
            found.append(([point], False))
        elif stopped or point.is_break:
            found[-1] = (stretch, True)
        else:
            stretch.append(point)
    return [(stretch, stopped) for stretch, stopped in found if stretch or stopped]


def rules(points: Sequence[Point], limits: Sequence[Limit]) -> list[Signal]:
    """Every signal of one stretch, in the order of its points."""
    values = [float(point.value or 0.0) for point in points]
    checks = (_beyond(values, limits), _run(values, limits), _trend(values), _pair(values, limits))
    return [Signal(point.key, rule, sides[i])
            for i, point in enumerate(points)
            for rule, sides in zip(RULES, checks, strict=True) if sides[i]]


def side_of(value: float, limit: Limit, share: float) -> int:
    away = value - limit.centre
    return (away > share * limit.spread) - (away < -share * limit.spread)


def _beyond(values: Sequence[float], limits: Sequence[Limit]) -> list[int]:
    return [side_of(value, limit, 1) for value, limit in zip(values, limits, strict=True)]


def _run(values: Sequence[float], limits: Sequence[Limit]) -> list[int]:
    sides = [side_of(value, limit, 0) for value, limit in zip(values, limits, strict=True)]
    return [_alike(sides[max(0, i + 1 - RUN):i + 1], RUN) for i in range(len(sides))]


def _trend(values: Sequence[float]) -> list[int]:
    steps = [0, *((after > before) - (after < before) for before, after in pairwise(values))]
    return [_alike(steps[max(0, i + 2 - TREND):i + 1], TREND - 1) for i in range(len(steps))]


def _pair(values: Sequence[float], limits: Sequence[Limit]) -> list[int]:
    sides = [side_of(value, limit, NEAR) for value, limit in zip(values, limits, strict=True)]
    return [side if side and sides[max(0, i - 2):i].count(side) else 0 for i, side in enumerate(sides)]


def _alike(sides: Sequence[int], wanted: int) -> int:
    """The side on which all of so many stand; 0 for none."""
    return sides[-1] if len(sides) == wanted and len(set(sides)) == 1 else 0
