"""Formulas over codes in brackets: `[ae-attendances] - [ae-breaches]`, parts as `[code].n` and `[code].d`. Pure.

Only + − × ÷, parentheses, numbers and sum, min, max, coalesce are understood; everything else is refused when a formula
is saved. What is evaluated is Python's own syntax tree, node by node from a short list; nothing is ever executed.
"""

import ast
import re
from collections.abc import Callable, Iterable, Mapping
from decimal import Decimal, DivisionByZero, InvalidOperation
from functools import lru_cache

from django.utils.translation import gettext as _

from indicators.arithmetic import EXACT, ZERO

OPERAND = re.compile(r"\[([^\[\]]{1,80})\](?:\.([nd])\b)?")
LONGEST, DEEPEST = 500, 40
Number = Decimal | None

BINARY: dict[type, Callable[[Decimal, Decimal], Decimal]] = {
    ast.Add: EXACT.add, ast.Sub: EXACT.subtract, ast.Mult: EXACT.multiply, ast.Div: EXACT.divide,
}


def _sum(numbers: Iterable[Decimal]) -> Decimal:
    total = ZERO
    for number in numbers:
        total = EXACT.add(total, number)
    return total


FUNCTIONS: dict[str, Callable[[Iterable[Decimal]], Decimal]] = {"sum": _sum, "min": min, "max": max}


class BadFormula(ValueError):
    """The formula cannot be understood; the message says where."""


class Formula:
    """A formula that was understood. `operands` are what it asks for: (code, "", "n" or "d")."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.operands: list[tuple[str, str]] = []
        if len(text) > LONGEST:
            raise BadFormula(_("Công thức dài quá %(n)s ký tự.") % {"n": LONGEST})
        try:
            tree = ast.parse(OPERAND.sub(self._named, text).replace("×", "*").replace("÷", "/").strip(), mode="eval")
        except (SyntaxError, ValueError, RecursionError, MemoryError) as exc:
            raise BadFormula(_("Công thức không đọc được: %(text)s") % {"text": text[:80]}) from exc
        self._tree = tree.body
        _check(self._tree, 0)

    @property
    def codes(self) -> set[str]:
        return {code for code, _part in self.operands}

    def _named(self, found: re.Match) -> str:
        operand = (found[1].strip(), found[2] or "")
        if operand not in self.operands:
            self.operands.append(operand)
        return f" operand_{self.operands.index(operand)} "

    def clash(self, measures: Mapping[tuple[str, str], str]) -> tuple[str, str] | None:
        """Two units of measure that the formula adds or compares though they differ, if any. `measures` are those of
        the operands; "" is unknown and goes with all, as numbers and products do."""
        try:
            _measure(self._tree, [measures.get(operand, "") for operand in self.operands])
        except _Clash as clash:
            return clash.args
        return None

    def value(self, numbers: Mapping[tuple[str, str], Number], missing: str = "any") -> Number:
        """The result over these operands; None where the rule for missing ones says so, or a divisor is 0."""
        given = [numbers.get(operand) for operand in self.operands]
        if given and all(number is None for number in given):
            return None
        if missing != "any":
            given = [ZERO if number is None else number for number in given]
        try:
            return _value(self._tree, given)
        except (DivisionByZero, InvalidOperation, ZeroDivisionError):
            return None


@lru_cache(maxsize=512)
def understood(text: str) -> Formula:
    """The formula, understood once."""
    return Formula(text)


def _check(node: ast.AST, depth: int) -> None:
    if depth > DEEPEST:
        raise BadFormula(_("Công thức lồng nhau quá sâu."))
    match node:
        case ast.BinOp(op=op) if type(op) in BINARY:
            children: list[ast.AST] = [node.left, node.right]
        case ast.UnaryOp(op=ast.USub() | ast.UAdd()):
            children = [node.operand]
        case ast.Call(func=ast.Name(id=name), keywords=[]) if (name in FUNCTIONS or name == "coalesce") and node.args:
            children = list(node.args)
        case ast.Constant(value=value) if type(value) in (int, float):
            children = []
        case ast.Name(id=name) if name.startswith("operand_"):
            children = []
        case _:
            raise BadFormula(_("Công thức chỉ được có + − × ÷, ngoặc, số, sum, min, max, coalesce và [mã chỉ số]."))
    for child in children:
        _check(child, depth + 1)


class _Clash(Exception):
    """What is added or compared has different units of measure."""


def _measure(node: ast.AST, given: list[str]) -> str:
    match node:
        case ast.BinOp(op=ast.Mult() | ast.Div()):
            _measure(node.left, given)
            _measure(node.right, given)
            return ""
        case ast.BinOp():
            children: list[ast.AST] = [node.left, node.right]
        case ast.UnaryOp():
            children = [node.operand]
        case ast.Call():
            children = list(node.args)
        case ast.Constant():
            return ""
        case _:
            return given[int(node.id.removeprefix("operand_"))]  # type: ignore[attr-defined]
    told = list(dict.fromkeys(measure for child in children if (measure := _measure(child, given))))
    if len(told) > 1:
        raise _Clash(told[0], told[1])
    return told[0] if told else ""


def _value(node: ast.AST, given: list[Number]) -> Number:
    match node:
        case ast.BinOp():
            left, right = _value(node.left, given), _value(node.right, given)
            return None if left is None or right is None else BINARY[type(node.op)](left, right)
        case ast.UnaryOp():
            number = _value(node.operand, given)
            return EXACT.minus(number) if number is not None and isinstance(node.op, ast.USub) else number
        case ast.Call():
            return _called(node.func.id, [_value(argument, given) for argument in node.args])  # type: ignore[attr-defined]
        case ast.Constant():
            return Decimal(str(node.value))
        case _:
            return given[int(node.id.removeprefix("operand_"))]  # type: ignore[attr-defined]


def _called(name: str, numbers: list[Number]) -> Number:
    there = [number for number in numbers if number is not None]
    if name == "coalesce":
        return there[0] if there else None
    return FUNCTIONS[name](there) if len(there) == len(numbers) else None
