"""The little statistics that screens need. Pure."""

from math import sqrt


def wilson(successes: int, trials: int, z: float = 1.96) -> tuple[float, float]:
    """The 95 % interval of a share (Wilson 1927), which stays honest for small numbers; (0, 1) without any trial."""
    if trials == 0:
        return 0.0, 1.0
    share = successes / trials
    centre = share + z * z / (2 * trials)
    spread = z * sqrt(share * (1 - share) / trials + z * z / (4 * trials * trials))
    scale = 1 + z * z / trials
    return max(0.0, (centre - spread) / scale), min(1.0, (centre + spread) / scale)


def percentile(values: list[float], share: float) -> float | None:
    """The value below which `share` (0–1) of `values` lie, interpolated; None for an empty list."""
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
