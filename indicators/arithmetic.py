"""Adding values: first over time within a unit, then over territory, then dividing. Pure, exact decimals.

A proportion, rate or ratio is two parts, each with its own rule for time and for territory; a mean of ratios is never
formed. What comes without parts can be shown and compared, never added up.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from decimal import Context, Decimal
from typing import NamedTuple

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _

EXACT = Context(prec=50)
ZERO = Decimal(0)


class Kind(TextChoices):
    """Which arithmetic a figure obeys."""

    COUNT = "count", _("số đếm")
    STOCK = "stock", _("số hiện có tại một thời điểm")
    AMOUNT = "amount", _("lượng (tiền, khối lượng)")
    PROPORTION = "proportion", _("tỷ lệ (tử số nằm trong mẫu số)")
    RATE = "rate", _("tỷ suất trên N")
    RATIO = "ratio", _("tỷ số của hai lượng")
    INDEX = "index", _("chỉ số, điểm số")


class Adding(TextChoices):
    """How several values become one."""

    SUM = "sum", _("cộng")
    LAST = "last", _("lấy kỳ cuối")
    MEAN = "mean", _("trung bình")
    MAX = "max", _("lớn nhất")
    MIN = "min", _("nhỏ nhất")
    NONE = "none", _("không cộng được")


class Flag(TextChoices):
    FINAL = "final", _("chính thức")
    PRELIMINARY = "preliminary", _("sơ bộ")
    ESTIMATED = "estimated", _("ước tính")
    BREAK = "break", _("đứt gãy chuỗi số liệu")
    MISSING = "missing", _("không có số liệu, có lý do")
    CANNOT_EXIST = "cannot_exist", _("không thể có")
    WITHDRAWN = "withdrawn", _("đã rút")


class Why(TextChoices):
    """Why there is no value; others read these words."""

    NOT_OWED = "not-owed", _("không phải gửi kỳ này")
    MISSING = "missing", _("chưa gửi")
    BELOW_COVERAGE = "below-coverage", _("chưa đủ đơn vị để tính")
    NO_DENOMINATOR = "no-denominator", _("mẫu số bằng 0")
    NOT_ADDITIVE = "not-additive", _("không cộng được vì không có tử số và mẫu số")
    NOT_APPLICABLE = "not-applicable", _("không áp dụng")


IN_PARTS = frozenset({Kind.PROPORTION, Kind.RATE, Kind.RATIO})
WITHOUT_NUMBER = frozenset({Flag.MISSING, Flag.CANNOT_EXIST, Flag.WITHDRAWN})
# What is less certain below makes the sum less certain; the first of these that occurs.
UNCERTAIN = (Flag.BREAK, Flag.ESTIMATED, Flag.PRELIMINARY)


class Parts(NamedTuple):
    """One value: two parts, or a number that stands for itself."""

    number: Decimal | None = None
    numerator: Decimal | None = None
    denominator: Decimal | None = None

    @property
    def has_parts(self) -> bool:
        return self.numerator is not None and self.denominator is not None


@dataclass(frozen=True)
class Rules:
    """What a definition says of adding: `time` and `territory` for the number or numerator, the others for the
    denominator. `factor` is 100 for percent, 100,000 for "per 100,000 people"."""

    kind: str
    factor: Decimal = Decimal(1)
    time: str = Adding.SUM
    territory: str = Adding.SUM
    denominator_time: str = Adding.SUM
    denominator_territory: str = Adding.SUM

    @property
    def in_parts(self) -> bool:
        return self.kind in IN_PARTS

    def over_time(self, values: Sequence[Parts]) -> Parts | None:
        """Values of one unit in the order of their periods as one; None where they cannot be added."""
        return self._add(values, self.time, self.denominator_time)

    def over_territory(self, values: Sequence[Parts]) -> Parts | None:
        """Values of several units in one period as one; None where they cannot be added."""
        return self._add(values, self.territory, self.denominator_territory)

    def divided(self, parts: Parts) -> Decimal | None:
        """The value in the indicator's own unit of measure, unrounded; None for a denominator of 0."""
        if parts.numerator is None or parts.denominator is None:
            return parts.number
        if not parts.denominator:
            return None
        return EXACT.divide(EXACT.multiply(self.factor, parts.numerator), parts.denominator)

    def _add(self, values: Sequence[Parts], rule: str, denominator_rule: str) -> Parts | None:
        if len(values) == 1:
            return values[0]
        if not self.in_parts:
            number = ADDED[rule]([value.number for value in values if value.number is not None])
            return None if number is None else Parts(number=number)
        if not all(value.has_parts for value in values):
            return None
        numerator = ADDED[rule]([value.numerator for value in values if value.numerator is not None])
        denominator = ADDED[denominator_rule]([v.denominator for v in values if v.denominator is not None])
        return None if numerator is None or denominator is None else Parts(None, numerator, denominator)


def _sum(numbers: Iterable[Decimal]) -> Decimal:
    total = ZERO
    for number in numbers:
        total = EXACT.add(total, number)
    return total


ADDED: dict[str, Callable[[list[Decimal]], Decimal | None]] = {
    Adding.SUM: _sum,
    Adding.LAST: lambda numbers: numbers[-1],
    Adding.MEAN: lambda numbers: EXACT.divide(_sum(numbers), Decimal(len(numbers))),
    Adding.MAX: max,
    Adding.MIN: min,
    Adding.NONE: lambda numbers: None,
}


def worst(flags: Iterable[str]) -> str:
    """The flag of a sum."""
    found = set(flags)
    return next((flag for flag in UNCERTAIN if flag in found), Flag.FINAL)


def faults(rules: Rules, parts: Parts) -> str:
    """Why such a value cannot be, "" if it can: in the words of whoever keyed it."""
    if parts.numerator is None and parts.denominator is None:
        negative = parts.number is not None and parts.number < 0 and rules.kind in (Kind.COUNT, Kind.STOCK)
        return str(_("Số đếm không thể âm.")) if negative else ""
    if parts.numerator is None or parts.denominator is None:
        return str(_("Cần cả tử số và mẫu số."))
    if rules.kind in (Kind.PROPORTION, Kind.RATE) and (parts.numerator < 0 or parts.denominator < 0):
        return str(_("Tử số và mẫu số không thể âm."))
    if rules.kind == Kind.PROPORTION and parts.numerator > parts.denominator:
        return str(_("Tử số lớn hơn mẫu số: tỷ lệ không thể vượt 100%."))
    return ""
