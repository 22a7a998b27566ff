"""Units beside each other: a funnel of shares, limits corrected for overdispersion, ranks as intervals only. Pure.

Spiegelhalter 2005, "Funnel plots for comparing institutional performance", and "Handling over-dispersion of
performance indicators": z of every unit on the raw scale, winsorised at its 10 and 90 % quantiles, gives φ, how many
times more the units differ than chance lets them, and from it τ², what they differ by besides. The corrected limits
judge. Ranges of ranks after Mogstad, Romano, Shaikh and Wilhelm 2024, "Inference for ranks".
"""

from collections.abc import Sequence
from dataclasses import dataclass
from math import sqrt
from statistics import NormalDist

from hcmc_ioc.lib.stats import Z95, Z998, percentile, wilson

VERSION = 1
UNITS, CASES = 10, 20  # fewer units, or cases of one: no verdict
TRIM = 0.1  # winsorised at this quantile and at 1 minus it


@dataclass(frozen=True)
class Share:
    """So many of so many cases of a unit; `key` names the unit."""

    key: int | str
    met: float
    cases: float

    @property
    def value(self) -> float:
        return self.met / self.cases


@dataclass(frozen=True)
class Row:
    """A unit judged: `side` is +1 clearly above the others, −1 below, 0 within what is usual, None without a verdict;
    `plain_side` by the uncorrected limits; `low` and `high` its own 95 % interval (Wilson)."""

    share: Share
    side: int | None
    plain_side: int | None
    low: float
    high: float


@dataclass(frozen=True)
class Funnel:
    """`centre` is the share of all together; `phi` after winsorising, `phi_raw` before; None where nobody is judged."""

    centre: float
    rows: tuple[Row, ...]
    phi: float | None = None
    phi_raw: float | None = None
    tau: float = 0.0

    @property
    def is_judged(self) -> bool:
        return self.phi is not None

    def limits(self, cases: float, z: float = Z998, *, corrected: bool = True) -> tuple[float, float]:
        """Within which a unit with so many cases is usual: corrected, or Wilson's interval around the centre."""
        if not corrected:
            return wilson(self.centre * cases, cases, z)
        away = z * sqrt(_error(self.centre, cases) ** 2 + self.tau**2)
        return max(0.0, self.centre - away), min(1.0, self.centre + away)

    def nearest_better(self, key: int | str, *, best_high: bool = True) -> int | str | None:
        """Whom a unit may ask: of those that are clearly better than it, the one nearest to it in cases."""
        judged = [row.share for row in self.rows if row.side is not None]
        own = next(share for share in judged if share.key == key)
        good = 1 if best_high else -1
        better = [share for share in judged if _differs(share, own, Z95, self.tau) == good]
        return min(better, key=lambda share: abs(share.cases - own.cases)).key if better else None

    def ranks(self, *, best_high: bool = True) -> dict[int | str, tuple[int, int]]:
        """From which place to which each judged unit may stand, at 95 %: behind all that are clearly better, before all
        that are clearly worse."""
        judged = [row.share for row in self.rows if row.side is not None]
        z = NormalDist().inv_cdf(1 - 0.025 / max(1, len(judged) - 1))
        found = {}
        for one in judged:
            sides = [_differs(other, one, z, self.tau) * (1 if best_high else -1) for other in judged]
            found[one.key] = (1 + sides.count(1), len(judged) - sides.count(-1))
        return found


def judge(shares: Sequence[Share]) -> Funnel | None:
    """The units of one group by each other; None where nobody has a case. No verdict for a unit with fewer than 20
    cases, and for nobody where fewer than ten have them or all shares are 0 or 1."""
    there = [share for share in shares if share.cases > 0]
    if not there:
        return None
    centre = sum(share.met for share in there) / sum(share.cases for share in there)
    big = [share for share in there if share.cases >= CASES]
    if len(big) < UNITS or not 0 < centre < 1:
        return Funnel(centre, tuple(Row(share, None, None, *wilson(share.met, share.cases)) for share in there))
    scores = [(share.value - centre) / _error(centre, share.cases) for share in big]
    low, high = (float(percentile(scores, at) or 0.0) for at in (TRIM, 1 - TRIM))
    raw, phi = (sum(z * z for z in some) / len(big) for some in (scores, [min(high, max(low, z)) for z in scores]))
    funnel = Funnel(centre, (), phi, raw, sqrt(_between(phi, [_error(centre, share.cases) ** -2 for share in big])))
    return Funnel(centre, tuple(_row(funnel, share) for share in there), phi, raw, funnel.tau)


def _row(funnel: Funnel, share: Share) -> Row:
    own = wilson(share.met, share.cases, Z95)
    if share.cases < CASES:
        return Row(share, None, None, *own)
    sides = [_outside(share.value, funnel.limits(share.cases, corrected=corrected)) for corrected in (True, False)]
    return Row(share, sides[0], sides[1], *own)


def _between(phi: float, weights: Sequence[float]) -> float:
    """τ² by the method of moments (DerSimonian and Laird 1986)."""
    count, whole = len(weights), sum(weights)
    return max(0.0, (count * phi - (count - 1)) / (whole - sum(weight**2 for weight in weights) / whole))


def _error(share: float, cases: float) -> float:
    return sqrt(share * (1 - share) / cases)


def _outside(value: float, limits: tuple[float, float]) -> int:
    return (value > limits[1]) - (value < limits[0])


def _differs(one: Share, other: Share, z: float, tau: float) -> int:
    """+1 where the first is clearly higher. One case met and one not are added to each (Agresti and Caffo 2000)."""
    errors = [_error((share.met + 1) / (share.cases + 2), share.cases + 2) ** 2 + tau**2 for share in (one, other)]
    away = one.value - other.value
    return (away > z * sqrt(sum(errors))) - (away < -z * sqrt(sum(errors)))
