"""Whether a value is plausible. Pure: numbers in, what is odd out."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from math import sqrt
from statistics import median

Number = Decimal | float
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


def jump(value: Number, before: Sequence[Number]) -> Jump | None:
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


@dataclass(frozen=True)
class Failed:
    """A value that does not pass, and what it was measured against."""

    value: Decimal
    base: Decimal
    score: float | None = None


def within(value: Decimal, low: Decimal | None, high: Decimal | None) -> Failed | None:
    """A value outside its range fails at the bound that it passed."""
    if low is not None and value < low:
        return Failed(value, low)
    return Failed(value, high) if high is not None and value > high else None


def at_most(value: Decimal, other: Decimal) -> Failed | None:
    return Failed(value, other) if value > other else None


def adds_up(total: Decimal, parts: Sequence[Decimal], tolerance: Decimal, *, exactly: bool) -> Failed | None:
    """Parts against their total, whose residual may be `tolerance` % of it; unless `exactly`, they may be fewer."""
    residual = total - sum(parts, Decimal(0))
    allowed = abs(total) * tolerance / 100
    if residual < -allowed or (exactly and residual > allowed):
        return Failed(total, total - residual)
    return None


def steady(value: Decimal, before: Sequence[Number], limit: Decimal) -> tuple[bool, Failed | None]:
    """Whether there is enough before the value to judge its jump, and the jump if it is too large."""
    found = jump(value, before)
    if found is None or abs(found.score) <= limit:
        return found is not None, None
    score = None if found.scale == 0 else found.score
    return True, Failed(value, Decimal(str(found.base)), score)
