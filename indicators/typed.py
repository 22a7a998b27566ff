"""What a clerk types into a cell, as a number: Vietnamese or plain, or a little sum whose working is kept. Pure."""

import re
from dataclasses import dataclass
from decimal import Decimal, DivisionByZero, InvalidOperation

from django.utils.translation import gettext as _

from indicators.arithmetic import EXACT
from indicators.formulas import BadFormula, Formula

NUMBER = re.compile(r"\d[\d.,]*", re.ASCII)
THOUSANDS = re.compile(r"\d{1,3}(\.\d{3})+(,\d+)?", re.ASCII)
COMMA = re.compile(r"\d+(,\d+)?", re.ASCII)
LONGEST, DIGITS = 200, 20


@dataclass(frozen=True)
class Typed:
    """`working` is the sum as it was typed, "" for a plain number."""

    number: Decimal | None
    working: str = ""


def read(text: str) -> Typed:
    """`1.234,5`, `12+7+3`, `(4+5)*2`; "" is no number. ValueError in the words of whoever typed it."""
    text = text.strip().replace("\u00a0", "").replace(" ", "").replace("−", "-").replace("–", "-")
    if not text:
        return Typed(None)
    if len(text) > LONGEST:
        raise ValueError(_("Dài quá %(n)s ký tự.") % {"n": LONGEST})
    if "%" in text:
        raise ValueError(_("Không ghi dấu %: nhập tử số và mẫu số."))
    plain = text.lstrip("-")
    if NUMBER.fullmatch(plain):
        number = _number(plain)
        return Typed(EXACT.minus(number) if text.startswith("-") else number)
    if not re.fullmatch(r"[0-9.,+\-*/×÷()]+", text):
        raise ValueError(_("“%(text)s” không phải là số.") % {"text": text[:40]})
    try:
        reckoned = Formula(NUMBER.sub(lambda found: f"{_number(found[0])}", text)).value({})
    except (BadFormula, InvalidOperation, DivisionByZero) as exc:
        raise ValueError(_("Không tính được “%(text)s”.") % {"text": text[:40]}) from exc
    if reckoned is None:
        raise ValueError(_("Không tính được “%(text)s”.") % {"text": text[:40]})
    return Typed(_bounded(reckoned), text)


def _number(text: str) -> Decimal:
    if THOUSANDS.fullmatch(text):
        return _bounded(Decimal(text.replace(".", "").replace(",", ".")))
    if COMMA.fullmatch(text):
        return _bounded(Decimal(text.replace(",", ".")))
    words = _("“%(text)s” chưa rõ: dấu thập phân là dấu phẩy, dấu chấm ngăn hàng nghìn.")
    raise ValueError(words % {"text": text[:40]})


def _bounded(number: Decimal) -> Decimal:
    if abs(number) >= Decimal(10) ** DIGITS:
        raise ValueError(_("Số quá lớn."))
    return number.quantize(Decimal("1e-8"), context=EXACT).normalize() if number != number.to_integral_value() else (
        number.quantize(Decimal(1), context=EXACT))


def shown(number: Decimal | None) -> str:
    """A number as people write it here: 1.234,5."""
    if number is None:
        return ""
    whole, _point, rest = f"{number.normalize():,f}".partition(".")
    return whole.replace(",", ".") + (f",{rest}" if rest else "")
