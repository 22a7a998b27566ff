"""What a formula's figure was reckoned from: each operand with the period that its value is of."""

from dataclasses import dataclass

from indicators.answers import Cell, chains
from indicators.formulas import understood
from indicators.models import Indicator, IndicatorVersion
from indicators.periods import Period


@dataclass(frozen=True)
class Operand:
    indicator: Indicator
    period: Period  # another one where the operand comes less often
    city: Cell


def of(version: IndicatorVersion, period: Period) -> list[Operand]:
    """The operands of the city's figure in the period, in the order of the formula; those alone that everybody sees:
    the page is drawn once for all."""
    if not version.formula:
        return []
    codes = list(dict.fromkeys(code for code, _part in understood(version.formula).operands))
    seen = Indicator.objects.filter(code__in=codes, access=Indicator.Access.OPEN).prefetch_related("versions")
    known = {one.code: one for one in seen}
    found = []
    for code in filter(known.__contains__, codes):
        (chain,) = chains(known[code], [period]).values()
        told = next((one for one in chain if one.city.value is not None), chain[0])
        found.append(Operand(known[code], told.period, told.city))
    return found
