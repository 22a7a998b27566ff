"""The little statistics that screens need. Pure.

Intervals take `z`, how many standard errors wide they are: Z95 or Z998.
"""

from math import exp, sqrt
from statistics import NormalDist

Z95, Z998 = (NormalDist().inv_cdf(1 - (1 - level) / 2) for level in (0.95, 0.998))
EXACT_BELOW = 10  # events; from there on Byar's approximation holds to three digits


def wilson(successes: float, trials: float, z: float = Z95) -> tuple[float, float]:
    """The interval of a share (Wilson 1927), which stays honest for small numbers.

    ValueError for what is no share: a part below zero or above its whole, a whole that is not above zero.
    """
    if not 0 <= successes <= trials or trials <= 0:
        raise ValueError(f"{successes} of {trials} is no share")
    share = successes / trials
    centre = share + z * z / (2 * trials)
    spread = z * sqrt(share * (1 - share) / trials + z * z / (4 * trials * trials))
    scale = 1 + z * z / trials
    return max(0.0, (centre - spread) / scale), min(1.0, (centre + spread) / scale)


def poisson(events: int, z: float = Z95) -> tuple[float, float]:
    """The interval of a count of rare events, for rates: exact (Garwood 1936) below ten, then Byar's approximation
    (Breslow and Day 1987); ValueError for a count below zero."""
    if events < 0:
        raise ValueError(f"{events} is no count")
    if events < EXACT_BELOW:
        tail = 1 - NormalDist().cdf(z)
        low = _mean_where(lambda mean: 1 - _at_most(events - 1, mean), tail) if events else 0.0
        return low, _mean_where(lambda mean: 1 - _at_most(events, mean), 1 - tail)
    return byar(events, z)


def byar(events: int, z: float = Z95) -> tuple[float, float]:
    """Byar's approximation of the same, for counts above zero."""
    more = events + 1
    low = events * (1 - 1 / (9 * events) - z / (3 * sqrt(events))) ** 3
    return low, more * (1 - 1 / (9 * more) + z / (3 * sqrt(more))) ** 3


def _at_most(events: int, mean: float) -> float:
    """How probable at most so many events are."""
    term = whole = exp(-mean)
    for number in range(1, events + 1):
        term *= mean / number
        whole += term
    return whole


def _mean_where(rising, wanted: float) -> float:
    """The mean at which a probability that rises with it is `wanted`, by halving."""
    low, high = 0.0, 100.0
    for _step in range(80):
        middle = (low + high) / 2
        low, high = (middle, high) if rising(middle) < wanted else (low, middle)
    return low


def percentile(values: list[float], share: float) -> float | None:
    """The value below which `share` (0–1) of `values` lie, interpolated (type 7 of Hyndman and Fan); None for an
    empty list."""
    if not values:
        return None
    ordered = sorted(values)
    place = share * (len(ordered) - 1)
    low = int(place)
    high = min(low + 1, len(ordered) - 1)
    return ordered[low] + (ordered[high] - ordered[low]) * (place - low)


def change(now: float | None, before: float | None) -> float | None:
    """Relative change, 0.12 for 12 % more; None when there is nothing to compare with."""
    if now is None or not before:
        return None
    return now / before - 1
