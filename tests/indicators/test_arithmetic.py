"""Adding and dividing: parts, never means of ratios; formulas; what clerks type; jumps."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from indicators import checks, typed
from indicators.arithmetic import Adding, Kind, Parts, Rules, faults
from indicators.formulas import BadFormula, Formula

PROPORTION = Rules(Kind.PROPORTION, Decimal(100))
COUNTS = st.integers(0, 10**9).map(Decimal)
SHARES = st.tuples(COUNTS, COUNTS).map(lambda pair: Parts(None, min(pair), max(pair)))


def share(numerator, denominator):
    return Parts(None, Decimal(numerator), Decimal(denominator))


def test_a_mean_of_ratios_is_never_formed():
    added = PROPORTION.over_territory([share(1, 2), share(9, 98)])
    assert PROPORTION.divided(added) == 10, "and not the mean of 50 and 9.18"


@given(st.lists(SHARES, min_size=1, max_size=8), st.integers(1, 1000))
def test_parts_times_seven_keep_the_ratio(values, factor):
    more = [Parts(None, one.numerator * factor, one.denominator * factor) for one in values]
    before, after = (PROPORTION.divided(PROPORTION.over_territory(each)) for each in (values, more))
    assert before is after is None or abs(before - after) < Decimal("1e-30")


@given(st.lists(SHARES, min_size=2, max_size=8))
def test_a_unit_cut_in_two_leaves_the_city_unchanged(values):
    first = values[0]
    half = Parts(None, first.numerator // 2, first.denominator // 2)
    rest = Parts(None, first.numerator - half.numerator, first.denominator - half.denominator)
    assert PROPORTION.over_territory([half, rest, *values[1:]]) == PROPORTION.over_territory(values)


def test_each_part_has_its_own_rule():
    rules = Rules(Kind.RATE, Decimal(100_000), time=Adding.SUM, denominator_time=Adding.LAST)
    assert rules.over_time([share(3, 1000), share(4, 1100)]) == share(7, 1100)


@pytest.mark.parametrize(("rule", "value"), [("sum", 9), ("last", 4), ("mean", 3), ("max", 4), ("min", 2)])
def test_ways_of_adding(rule, value):
    rules = Rules(Kind.STOCK, time=rule)
    assert rules.over_time([Parts(Decimal(n)) for n in (3, 2, 4)]).number == value


def test_what_comes_without_parts_is_shown_and_never_added():
    rates = [Parts(Decimal("98.5")), Parts(Decimal("91"))]
    assert PROPORTION.over_territory(rates) is None and PROPORTION.divided(rates[0]) == Decimal("98.5")
    assert Rules(Kind.INDEX, territory=Adding.NONE).over_territory(rates) is None


@pytest.mark.parametrize(("kind", "parts"), [
    ("count", Parts(Decimal(-1))), ("proportion", share(3, 2)), ("proportion", share(-1, 2)), ("rate", share(1, -2)),
    ("proportion", Parts(None, Decimal(1)))])
def test_what_cannot_be_is_said(kind, parts):
    assert faults(Rules(kind), parts)


@pytest.mark.parametrize(("kind", "parts"), [
    ("amount", Parts(Decimal(-1))), ("ratio", share(3, 2)), ("index", Parts(Decimal(130))),
    ("proportion", share(0, 0))])
def test_what_can_be_is_taken(kind, parts):
    assert not faults(Rules(kind), parts)


def test_a_formula_is_of_parts_and_differs_from_one_of_rates():
    of_parts = Formula("([a].n + [b].n) / ([a].d + [b].d) * 100")
    numbers = {("a", "n"): 1, ("a", "d"): 2, ("b", "n"): 9, ("b", "d"): 98}
    numbers = {key: Decimal(value) for key, value in numbers.items()}
    assert of_parts.value(numbers) == 10
    assert of_parts.operands == [("a", "n"), ("b", "n"), ("a", "d"), ("b", "d")]


@pytest.mark.parametrize(("text", "value"), [
    ("[a] - [b]", 4), ("-[a] × 2", -14), ("max([a], [b], 5)", 7), ("coalesce([none], [b])", 3), ("sum([a],[b])", 10),
    ("min([a], [none])", None), ("[a] / 0", None), ("[none] + 1", None), ("0.1 + 0.2", Decimal("0.3"))])
def test_formulas(text, value):
    numbers = {("a", ""): Decimal(7), ("b", ""): Decimal(3), ("none", ""): None}
    assert Formula(text).value(numbers) == value


@pytest.mark.parametrize(("missing", "value"), [("any", None), ("all", 3), ("zero", 3)])
def test_what_lacks_counts_as_declared(missing, value):
    assert Formula("[a] + [b]").value({("a", ""): Decimal(3), ("b", ""): None}, missing) == value
    assert Formula("[b]").value({("b", ""): None}, missing) is None


@pytest.mark.parametrize("text", [
    "__import__('os')", "[a].real", "[a] ** 9", "[a] if 1 else 2", "lambda: 1", "'x' * 9", "max()",
    "(" * 300 + "1" + ")" * 300,
    "[a", "", "[a] [b]", "exp(1)", "max(1, key=2)", "1_0 @ 2", "True", "operand_0.real", "1j", "9" * 600, "[a]; [b]"])
def test_nothing_else_is_understood(text):
    with pytest.raises(BadFormula):
        Formula(text)


@pytest.mark.parametrize(("text", "number", "working"), [
    ("1.234,5", "1234.5", ""), ("1234,5", "1234.5", ""), ("0", "0", ""), ("1.234.567", "1234567", ""),
    ("12+7+3", "22", "12+7+3"), ("(4+5)*2,5", "22.5", "(4+5)*2,5"), ("-3", "-3", ""), ("1 234", "1234", ""),
    ("10/4", "2.5", "10/4")])
def test_what_clerks_type(text, number, working):
    assert typed.read(text) == typed.Typed(Decimal(number), working)


@pytest.mark.parametrize("text", ["1.28", "1,234.5", "12%", "abc", "1..2", "1/0", "=A1", "12+", "9" * 30, "1e5", "١٢"])
def test_what_is_not_clear_is_asked_back(text):
    with pytest.raises(ValueError, match=r"\w"):
        typed.read(text)


@given(st.decimals(-10**9, 10**9, places=4))
def test_what_is_shown_is_read_back(number):
    assert typed.read(typed.shown(number)).number == number


def test_a_jump_is_measured_against_the_median():
    before = [Decimal(n) for n in (100, 104, 98, 101, 97, 103)]
    assert not checks.jump(Decimal(110), before).is_odd
    assert checks.jump(Decimal(1000), before).is_odd
    assert checks.jump(Decimal(1000), before[:5]) is None, "five are too few"
    assert checks.jump(Decimal(0), [Decimal(0)] * 6).score == 0
    assert not checks.jump(Decimal(4), [Decimal(1)] * 8).is_odd, "small numbers may move"
