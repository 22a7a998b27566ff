"""Hours and days: judged by the same weekdays before them that were no holidays. Pure.

Median and median absolute deviation (Hampel 1974), scaled to a standard deviation by 1.4826; where more than half of
the values are alike, the mean deviation from the median by 1.2533 (Iglewicz and Hoaglin 1993). Only `beyond` counts:
days follow each other too closely for the other rules.
"""

from collections.abc import Mapping, Sequence
from statistics import fmean, median

from hcmc_ioc.lib.judging.series import Judgement, Limit, Point, Signal, side_of

VERSION = 1
LIKE, LEAST = 8, 4  # so many like days before a point; below the least it is not judged
WIDTH, MAD, MEAN = 3, 1.4826, 1.2533


def limits(values: Sequence[float]) -> Limit | None:
    """What is usual; None for fewer than four values."""
    if len(values) < LEAST:
        return None
    centre = median(values)
    away = [abs(value - centre) for value in values]
    return Limit(centre, WIDTH * (MAD * median(away) or MEAN * fmean(away)))


def judge(points: Sequence[Point], like: Mapping[str, str]) -> Judgement:
    """Each point by the last eight that `like` puts into the same class (say "Wednesday"); a point without a class (a
    holiday) is not judged and judges nobody."""
    seen: dict[str, list[float]] = {}
    found: list[Limit | None] = []
    signals, stopped = [], False
    for point in points:
        stopped = (stopped or point.is_break) and not point.is_rebased
        if point.is_rebased:
            seen.clear()
        found.append(None)
        if stopped or point.value is None or point.is_excluded or point.key not in like:
            continue
        before = seen.setdefault(like[point.key], [])
        found[-1] = limit = limits(before[-LIKE:])
        if limit is not None and (side := side_of(point.value, limit, 1)):
            signals.append(Signal(point.key, "beyond", side))
        before.append(point.value)
    constants = {"like": LIKE, "least": LEAST, "width": WIDTH, "mad": MAD, "mean": MEAN}
    return Judgement(
        "usual", VERSION, constants, tuple(point.key for point in points),
        tuple(None if point.is_excluded else point.value for point in points), tuple(found), tuple(signals), (),
        "break" if stopped else None if any(found) else "few")
