"""Whether a value is plausible. Pure: numbers in, what is odd out."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from math import sqrt
from statistics import median

from indicators.arithmetic import Parts

Number = Decimal | float
LIMIT = 5.0
FEWEST, MOST = 6, 12  # values before it that a jump is measured against
FEWEST_YEARS, MOST_YEARS = 3, 5  # the same period of so many years before, where they are there
MAD_TO_SIGMA = 1.4826  # of a normal distribution
REPEATED = 2  # periods before it that hold the same number
LARGE = 100  # numbers from here on do not come again by chance


@dataclass(frozen=True)
class Jump:
    """How far a value lies from the ones before: `score` in scales around `base`, their median; whether these are of
    the same period of other years."""

    base: float
    scale: float
    score: float
    count: int
    is_seasonal: bool = False

    @property
    def is_odd(self) -> bool:
        return abs(self.score) > LIMIT


def jump(value: Number, before: Sequence[Number], years: Sequence[Number] = ()) -> Jump | None:
    """The value against the median of the last twelve before it; None where there are fewer than six. Once the same
    period of three years is there (`years`), against these: a season is no jump, and a month out of season is one.

    The scale is the largest of 1.4826 × MAD, 5 % of the median and its square root, so that neither a flat nor a small
    series cries at every step; where the other years say nothing but 0, the last twelve say what is usual.
    """
    same = [float(number) for number in years[-MOST_YEARS:]]
    is_seasonal = len(same) >= FEWEST_YEARS and median(same) != 0
    last = same if is_seasonal else [float(number) for number in before[-MOST:]]
    if not is_seasonal and len(last) < FEWEST:
        return None
    base = median(last)
    mad = median(abs(number - base) for number in last)
    scale = max(MAD_TO_SIGMA * mad, 0.05 * abs(base), sqrt(abs(base)))
    if scale == 0:
        return Jump(base, 0.0, 0.0 if float(value) == base else float("inf"), len(last))
    return Jump(base, scale, (float(value) - base) / scale, len(last), is_seasonal)


@dataclass(frozen=True)
class Failed:
    """A value that does not pass, and what it was measured against."""

    value: Decimal
    base: Decimal
    score: float | None = None
    is_seasonal: bool = False  # the base is of the same period of other years


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


def steady(value: Decimal, before: Sequence[Number], limit: Decimal,
           years: Sequence[Number] = ()) -> tuple[bool, Failed | None]:
    """Whether there is enough before the value to judge its jump, and the jump if it is too large."""
    found = jump(value, before, years)
    if found is None or abs(found.score) <= limit:
        return found is not None, None
    score = None if found.scale == 0 else found.score
    return True, Failed(value, Decimal(str(found.base)), score, found.is_seasonal)


def readds(total: Decimal, reckoned: Decimal, tolerance: Decimal) -> Failed | None:
    """A total against what its formula says, from which it may differ by `tolerance` % of itself."""
    return Failed(total, reckoned) if abs(total - reckoned) > abs(total) * tolerance / 100 else None


def repeats(value: Decimal, parts: Parts, before: Sequence[Parts | None], least: Decimal) -> tuple[bool, Failed | None]:
    """Whether the periods before it (the last one last) are there, and a figure that was copied from them.

    What an office copies is last month's sheet, so a value is held against the same unit's own last ones. Two parts
    that both come again are copied already; a single number may come again once by chance, not twice. Zeros come again
    for ever, small counts often: only numbers from `least` on, and broken ones of three digits, are judged. Other units
    are left out on purpose: that two of them count the same is no fault of either, and nobody could answer for it.
    """
    asked = before[-1:] if parts.has_parts else before[-REPEATED:]
    if len(asked) < (1 if parts.has_parts else REPEATED) or None in asked:
        return False, None
    counted = [number for number in (parts.number, parts.numerator, parts.denominator) if number is not None]
    is_large = all(number and (abs(number) >= least or (number % 1 and len(number.normalize().as_tuple().digits) > 2))
                   for number in counted)
    return True, Failed(value, value) if is_large and all(one == parts for one in asked) else None
