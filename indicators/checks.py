"""Whether a value is plausible. Pure: numbers in, what is odd out."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from math import sqrt
from statistics import median

LIMIT = 5.0
FEWEST, MOST = 6, 12  # values before it that a jump is measured against
MAD_TO_SIGMA = 1.4826  # of a normal distribution


@dataclass(frozen=True)
class Jump:
    """How far a value lies from the ones before: `score` in scales around `base`, their median."""

    base: float
    scale: float
    score: float
    count: int

    @property
    def is_odd(self) -> bool:
        return abs(self.score) > LIMIT


def jump(value: Decimal, before: Sequence[Decimal]) -> Jump | None:
    """The value against the median of the last twelve before it; None where there are fewer than six.

    The scale is the largest of 1.4826 × MAD, 5 % of the median and its square root, so that neither a flat nor a small
    series cries at every step.
    """
    last = [float(number) for number in before[-MOST:]]
    if len(last) < FEWEST:
        return None
    base = median(last)
    mad = median(abs(number - base) for number in last)
    scale = max(MAD_TO_SIGMA * mad, 0.05 * abs(base), sqrt(abs(base)))
    if scale == 0:
        return Jump(base, 0.0, 0.0 if float(value) == base else float("inf"), len(last))
    return Jump(base, scale, (float(value) - base) / scale, len(last))
