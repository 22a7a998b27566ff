"""From values to places: linear scales, round axis steps, runs without gaps, five classes."""

from bisect import bisect_left
from dataclasses import dataclass
from itertools import groupby
from math import ceil, floor, log10

WEEK = 7  # days
MANY_DAYS = 120  # a line of more days would be a smear: it is drawn by weeks


@dataclass(frozen=True)
class Scale:
    """`low` lands on `start`, `high` on `end`; when all values are equal everything lands in the middle."""

    low: float
    high: float
    start: float
    end: float

    def __call__(self, value: float) -> float:
        if self.high == self.low:
            return (self.start + self.end) / 2
        return self.start + (value - self.low) / (self.high - self.low) * (self.end - self.start)


def known(*lists) -> list[float]:
    """Every value of the lists that is not None."""
    return [value for values in lists for value in values or () if value is not None]


def weeks(values) -> list[list]:
    """The values of every whole week, counted back from the last; values that are missing are left out."""
    return [known(values[i - WEEK : i]) for i in range(len(values), WEEK - 1, -WEEK)][::-1]


def mean(values) -> float | None:
    return sum(values) / len(values) if values else None


def ticks(highest: float, count: int = 4) -> list[float]:
    """Round steps from zero that cover `highest`: 1, 2, 2.5 or 5 times a power of ten; at least [0, 1]."""
    if highest <= 0:
        return [0, 1]
    rough = highest / count
    power = 10 ** floor(log10(rough))
    step = next(m * power for m in (1, 2, 2.5, 5, 10) if m * power >= rough * 0.999)
    if step < 1 and highest >= 1:
        step = 1
    steps = max(1, ceil(highest / step - 1e-9))
    return [round(step * i, 10) for i in range(steps + 1)]


def ticks_around(lowest: float, highest: float, count: int = 4) -> list[float]:
    """Round steps that cover the values alone, for lines that would lie flat under the top of an axis from zero."""
    if highest <= lowest:
        return ticks(highest) if highest > 0 else [lowest, lowest + 1]
    step = ticks(highest - lowest, count)[1]
    first = floor(lowest / step)
    return [round(step * i, 10) for i in range(first, ceil(highest / step - 1e-9) + 1)]


def runs(values) -> list[list[int]]:
    """The indexes of values that are known, one list per run: a gap ends a run."""
    groups = groupby(range(len(values)), key=lambda i: values[i] is not None)
    return [list(indexes) for is_known, indexes in groups if is_known]


def limits(values, classes: int = 5) -> list[float]:
    """The upper limits of the lower classes, each class holding about as many values (quantiles); equal values make
    fewer classes, one value or none makes []."""
    ordered = sorted(known(values))
    cuts = {ordered[ceil(len(ordered) * k / classes) - 1] for k in range(1, classes)} if ordered else set()
    return sorted(cut for cut in cuts if cut < ordered[-1])


CLASSES = 5


def class_of(value: float | None, uppers: list[float], *, low_is_strong: bool = False) -> str:
    """The CSS class of a value: “q1” (lowest, faintest) … “q5”, or “q5” for the lowest where that is what must be seen;
    “none” when it is not known."""
    if value is None:
        return "none"
    return tone(bisect_left(uppers, value), low_is_strong)


def tone(place: int, low_is_strong: bool) -> str:
    """The CSS class of the class at `place`, from 0."""
    return f"q{CLASSES - place if low_is_strong else place + 1}"


def spread(places: list[float], apart: float) -> list[float]:
    """The places moved so that neighbours are at least `apart` from each other, in the same order, staying centred."""
    order = sorted(range(len(places)), key=lambda i: places[i])
    moved = list(places)
    for before, after in zip(order, order[1:], strict=False):
        moved[after] = max(moved[after], moved[before] + apart)
    shift = (sum(places) - sum(moved)) / len(places) if places else 0
    return [place + shift for place in moved]
