"""Shares over time: the p chart (Shewhart 1931), and p′ (Laney 2002) for very large denominators. Pure.

With hundreds of thousands of cases the binomial spread is so small that a p chart flags nearly everything; p′ widens
it by how much the shares really vary from one period to the next (σz, the mean moving range of their z / 1.128).
"""

from collections.abc import Sequence
from itertools import pairwise
from math import sqrt
from statistics import fmean

from hcmc_ioc.lib.judging.series import Judgement, Limit, Point, judged

VERSION = 1
RANGE = 1.128  # the mean range of two standard normal values


def centre(points: Sequence[Point]) -> float:
    """All cases that met it, of all cases."""
    sizes = [float(one.size or 0) for one in points]
    return sum(float(one.value or 0) * size for one, size in zip(points, sizes, strict=True)) / sum(sizes)


def spread(share: float, size: float) -> float:
    """Three binomial standard errors."""
    return 3 * sqrt(share * (1 - share) / size)


def excess(points: Sequence[Point], share: float) -> float:
    """σz: 1 where the shares vary as chance alone lets them."""
    scores = [3 * (float(one.value or 0) - share) / (spread(share, float(one.size or 0)) or 1) for one in points]
    return fmean(abs(after - before) for before, after in pairwise(scores)) / RANGE


def limits(points: Sequence[Point], baseline: int, *, widened: bool = True) -> list[Limit]:
    """The limits of every point by the first so many; the p chart's without `widened`."""
    share = centre(points[:baseline])
    wide = excess(points[:baseline], share) if widened else 1.0
    return [Limit(share, wide * spread(share, float(one.size or 0))) for one in points]


def judge(points: Sequence[Point]) -> Judgement:
    """Shares (0–1) with their sizes, by p′. A point without a case is none."""
    there = [one if one.size else Point(one.key, None, None, one.is_break, one.is_rebased, one.is_excluded)
             for one in points]
    return judged("prime", VERSION, {"range": RANGE}, there, limits, (0.0, 1.0))
