"""One indicator in one period, units beside their like: in bands where it is a proportion, with intervals where events
are counted, else the plain figures. Peer groups are data (`Unit.peer_group`)."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from districts.models import Unit
from hcmc_ioc.lib.judging import funnel
from hcmc_ioc.lib.judging.funnel import Funnel, Share
from hcmc_ioc.lib.stats import poisson
from indicators import owed
from indicators.answers import Answer, Cell, answer, version_for
from indicators.arithmetic import Kind, Why
from indicators.models import Indicator, IndicatorVersion
from indicators.periods import Period

# `high` and `low` where the indicator says of neither that it is good; `unknown` with too few cases or units
BANDS = ("better", "high", "usual", "low", "worse", "unknown")
GOOD = {Indicator.Polarity.UP.value: 1, Indicator.Polarity.DOWN.value: -1}
NOT_PEERS = ("city", "unassigned")


@dataclass(frozen=True)
class Place:
    """A unit among its like. `band` is None where nobody is judged in bands; `low` and `high` are its 95 % interval in
    the indicator's unit of measure; `rank` from which place to which it may stand; `like` does clearly better."""

    unit: Unit
    cell: Cell
    band: str | None = None
    plain_band: str | None = None
    low: float | None = None
    high: float | None = None
    rank: tuple[int, int] | None = None
    like: Unit | None = None

    @property
    def said_rank(self) -> tuple[int, int] | None:
        """Among the usual ones no order is said."""
        return None if self.band == "usual" else self.rank


@dataclass(frozen=True)
class Group:
    """Units that are compared with each other. `left_out` are its units without a figure, with the reason."""

    code: str
    places: tuple[Place, ...]
    left_out: tuple[tuple[Unit, str], ...]
    funnel: Funnel | None

    def at(self, unit_id: int) -> Place | None:
        return next((place for place in self.places if place.unit.pk == unit_id), None)


@dataclass(frozen=True)
class Peers:
    """`as_one` is what one group of all would have said, where there are several."""

    indicator: Indicator
    version: IndicatorVersion
    period: Period
    groups: tuple[Group, ...]
    as_one: Funnel | None

    @property
    def in_bands(self) -> bool:
        return self.version.kind == Kind.PROPORTION


def of(indicator: Indicator, period: Period, found: Answer | None = None) -> Peers:
    """Every peer group of the units that worked on the period's last day. `found` spares asking again. Whoever shows it
    asks `access` first."""
    found = found or answer(indicator, [period])[0]
    version = version_for(indicator, period)
    units = list(Unit.objects.in_force(owed.last_day(period)).exclude(kind__in=NOT_PEERS))
    return beside(indicator, version, found, units)


def beside(indicator: Indicator, version: IndicatorVersion, found: Answer, units: Sequence[Unit]) -> Peers:
    """The same of units at hand."""
    members: defaultdict[str, list[Unit]] = defaultdict(list)
    for unit in units:
        members[unit.peer_group].append(unit)
    groups = [_group(indicator, version, code, own, found.units) for code, own in members.items()
              if any(unit.pk in found.units for unit in own)]
    with_figures = [group for group in groups if group.places]
    one = None
    if version.kind == Kind.PROPORTION and len(with_figures) > 1:
        one = funnel.judge([_share(place.unit, place.cell) for group in groups for place in group.places])
    return Peers(indicator, version, found.period, tuple(with_figures), one)


def _group(indicator: Indicator, version: IndicatorVersion, code: str, units: Sequence[Unit],
           cells: Mapping[int, Cell]) -> Group:
    ordered = sorted(units, key=lambda unit: unit.sort_key)
    there = [(unit, cell) for unit in ordered if (cell := cells.get(unit.pk)) and cell.value is not None]
    unasked = Why.NOT_OWED if indicator.source == Indicator.Source.DELIVERED else Why.NOT_APPLICABLE
    lacking = tuple((unit, str((cells.get(unit.pk) or Cell()).why or unasked)) for unit in ordered
                    if (cell := cells.get(unit.pk)) is None or cell.value is None)
    if version.kind != Kind.PROPORTION:
        return Group(code, tuple(Place(unit, cell, None, None, *_interval(version, cell)) for unit, cell in there),
                     lacking, None)
    judged = funnel.judge([_share(unit, cell) for unit, cell in there])
    return Group(code, _placed(indicator, version, judged, there), lacking, judged)


def _share(unit: Unit, cell: Cell) -> Share:
    return Share(unit.pk, float(cell.numerator or 0), float(cell.denominator or 0))


def _placed(indicator: Indicator, version: IndicatorVersion, judged: Funnel | None,
            there: Sequence[tuple[Unit, Cell]]) -> tuple[Place, ...]:
    if judged is None:
        return ()
    rows, units = {row.share.key: row for row in judged.rows}, {unit.pk: unit for unit, _cell in there}
    good, scale = GOOD.get(indicator.polarity, 0), float(version.factor)
    ranks = judged.ranks(best_high=good > 0) if good and judged.is_judged else {}
    found = []
    for unit, cell in there:
        row = rows[unit.pk]
        band = band_of(row.side, good)
        nearest = judged.nearest_better(unit.pk, best_high=good > 0) if band == "worse" else None
        found.append(Place(
            unit, cell, band, band_of(row.plain_side, good), row.low * scale, row.high * scale,
            ranks.get(unit.pk), units[int(nearest)] if nearest is not None else None))
    return tuple(sorted(found, key=lambda place: (BANDS.index(place.band or "unknown"), place.unit.sort_key)))


def band_of(side: int | None, good: int) -> str:
    """The band of a side of the limits; `good` is the side that is better, 0 for none."""
    if side is None:
        return "unknown"
    if not good:
        return {1: "high", 0: "usual", -1: "low"}[side]
    return {1: "better", 0: "usual", -1: "worse"}[side * good]


def _interval(version: IndicatorVersion, cell: Cell) -> tuple[float | None, float | None]:
    """Of a rate of counted events; amounts, indices and ratios of amounts have none."""
    events = cell.numerator
    if version.kind != Kind.RATE or not cell.denominator or events is None or events != int(events):
        return None, None
    low, high = poisson(int(events))
    each = float(version.factor) / float(cell.denominator)
    return low * each, high * each
