"""XmR: a series judged by its own moving ranges (Wheeler 2000, "Understanding Variation"). Pure.

The limits lie 2.66 mean ranges from the mean (3 / 1.128, the mean range of two normal values); no range is screened
out. A seasonal series is judged on its differences to the same period of the year before.
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from itertools import pairwise
from statistics import fmean

from hcmc_ioc.lib.judging.series import Judgement, Limit, Point, judged

VERSION = 1
FACTOR = 2.66
SEASONAL = 24  # periods; below, a season is not told from a signal


def limits(values: Sequence[float]) -> Limit:
    """Mean and natural process limits of two values or more; a reversed series has the same."""
    return Limit(fmean(values), FACTOR * fmean(abs(after - before) for before, after in pairwise(values)))


def judge(points: Sequence[Point]) -> Judgement:
    """Every point by the baseline of its stretch."""
    return judged("xmr", VERSION, {"factor": FACTOR}, points, _limits)


def judge_seasonal(points: Sequence[Point], year_before: Mapping[str, str]) -> Judgement:
    """The differences to the same period of the year before, which `year_before` names by key. Nothing is judged
    below 24 periods, and no difference across a break."""
    known = sum(point.value is not None and not point.is_excluded for point in points)
    found = judged("seasonal", VERSION, {"factor": FACTOR, "periods": SEASONAL}, _differences(points, year_before),
                   _limits)
    if known >= SEASONAL:
        return found
    none = (None,) * len(points)
    return replace(found, limits=none, signals=(), stretches=(), why=found.why or "few")


def _limits(points: Sequence[Point], baseline: int) -> list[Limit]:
    return [limits([float(point.value or 0.0) for point in points[:baseline]])] * len(points)


def _differences(points: Sequence[Point], year_before: Mapping[str, str]) -> list[Point]:
    places = {point.key: place for place, point in enumerate(points)}
    found = []
    for place, point in enumerate(points):
        at = places.get(year_before.get(point.key, ""))
        before = None if at is None else points[at]
        broken = at is None or any(one.is_break or one.is_rebased for one in points[at + 1:place + 1])
        if before is None or broken or point.value is None or before.value is None:
            found.append(replace(point, value=None))
        else:
            found.append(replace(point, value=point.value - before.value,
                                 is_excluded=point.is_excluded or before.is_excluded))
    return found


