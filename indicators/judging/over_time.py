"""One indicator of the city or of a unit over time: its figures as points, judged by a plan."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.utils import timezone

from districts.models import Unit
from hcmc_ioc.lib.judging import prime, usual, xmr
from hcmc_ioc.lib.judging.series import Judgement, Point
from indicators import owed
from indicators.answers import Cell, RulesOf, answer, version_for
from indicators.answers import begins as begins_of
from indicators.arithmetic import WITHOUT_NUMBER, Flag, Parts
from indicators.judging import seasons
from indicators.judging.plans import Exclude, Plan, Rebase, plan_of
from indicators.models import Indicator, Method, Total, Value
from indicators.periods import Period

BACK = 120  # periods of what is kept
BACK_LIVE = 60  # of what is counted when it is asked for, at most


@dataclass(frozen=True)
class Judged:
    """The indicator judged until its last period with a figure. The judgement's keys are the periods' codes; its values
    times `scale` are in the indicator's unit of measure."""

    indicator: Indicator
    unit: Unit | None
    plan: Plan
    periods: tuple[Period, ...]
    cells: tuple[Cell, ...]
    judgement: Judgement
    scale: float = 1.0

    @property
    def newest(self) -> Period | None:
        return self.periods[-1] if self.periods else None


def of(indicator: Indicator, unit: Unit | None = None, until: Period | None = None, plan: Plan | None = None) -> Judged:
    """Judged as saved, by rule where nobody saved a way, or by the `plan` of a try; what is excluded, broken or missing
    stands in the judgement as such. Without `until` the last period that is over ends it. Whoever shows it asks
    `access` first."""
    last = until or _last(indicator, timezone.now())
    periods, cells = _figures(indicator, unit, last)
    version = version_for(indicator, last)
    chosen = plan or plan_of(indicator, unit, version, cells)
    points = _points(indicator, chosen, periods, cells)
    scale = float(version.factor) if chosen.method == Method.PRIME else 1.0
    return Judged(indicator, unit, chosen, tuple(periods), tuple(cells), _judge(chosen.method, periods, points), scale)


def told(found: Judged) -> dict:
    """What came of it, as it is saved and as the API says it: numbers in the indicator's unit of measure."""
    scale = found.scale
    return {
        "stretches": [{
            "first": one.first, "last": one.last, "baseline_last": one.baseline_last, "baseline": one.baseline,
            "centre": one.limit.centre * scale, "low": one.limit.low * scale, "high": one.limit.high * scale,
        } for one in found.judgement.stretches],
        "signals": [{"period": one.key, "rule": one.rule, "side": one.side} for one in found.judgement.signals],
        "why": found.judgement.why,
    }


def _judge(method: str, periods: Sequence[Period], points: Sequence[Point]) -> Judgement:
    if method == Method.SEASONAL:
        return xmr.judge_seasonal(points, {one.code: seasons.year_before(one).code for one in periods})
    if method == Method.PRIME:
        return prime.judge(points)
    if method == Method.USUAL:
        classes = ((one.code, seasons.like(one)) for one in periods)
        return usual.judge(points, {code: name for code, name in classes if name is not None})
    return xmr.judge(points)


def _points(indicator: Indicator, plan: Plan, periods: Sequence[Period], cells: Sequence[Cell]) -> list[Point]:
    rebased, excluded = plan.starts(Rebase), plan.starts(Exclude)
    found, before = [], None
    for period, cell in zip(periods, cells, strict=True):
        version = version_for(indicator, period).number
        broken = cell.flag == Flag.BREAK or before not in (None, version)
        before = version
        value, size = None if cell.value is None else float(cell.value), None
        if plan.method == Method.PRIME:
            value, size = _share(cell)
        found.append(Point(period.code, value, size, broken, period.start in rebased, period.start in excluded))
    return found


def _share(cell: Cell) -> tuple[float | None, float | None]:
    if cell.value is None or cell.numerator is None or not cell.denominator:
        return None, None
    return float(cell.numerator / cell.denominator), float(cell.denominator)


def _last(indicator: Indicator, now: datetime) -> Period:
    """The last period with a figure that is over: what still runs would read as a fall."""
    latest = indicator.totals.filter(start__lte=now).order_by("-start").values_list("start", flat=True).first()
    period = owed.rule().at(indicator.period_kind, latest or now)
    return owed.rule().before(period) if period.end > now else period


def _figures(indicator: Indicator, unit: Unit | None, last: Period) -> tuple[list[Period], list[Cell]]:
    """From the first period with a figure until the last one with one, every period in between."""
    is_kept, begins = indicator.source == Indicator.Source.DELIVERED, None
    if indicator.source in begins_of:
        begins = begins_of[indicator.source]() or owed.last_day(last)
    chain = [last]
    while len(chain) < (BACK if is_kept else BACK_LIVE):
        earlier = owed.rule().before(chain[-1])
        if begins is not None and owed.first_day(earlier) < begins:  # it would be half a period
            break
        chain.append(earlier)
    chain.reverse()
    cells = _kept(indicator, unit, chain) if is_kept else _answered(indicator, unit, chain)
    there = [place for place, cell in enumerate(cells) if cell.value is not None]
    if not there:
        return [], []
    return chain[there[0]:there[-1] + 1], cells[there[0]:there[-1] + 1]


def _answered(indicator: Indicator, unit: Unit | None, chain: Sequence[Period]) -> list[Cell]:
    found = answer(indicator, chain)
    return [one.city if unit is None else one.units.get(unit.pk, Cell()) for one in found]


def _kept(indicator: Indicator, unit: Unit | None, chain: Sequence[Period]) -> list[Cell]:
    """The city's kept figures, or the unit's values divided."""
    asked = {"indicator": indicator, "start__gte": chain[0].start, "start__lte": chain[-1].start}
    cells: dict[datetime, Cell] = {}
    if unit is None:
        totals = Total.objects.filter(**asked).values_list("start", "value", "numerator", "denominator", "flag")
        cells = {start: Cell(value, numerator, denominator, flag=flag)
                 for start, value, numerator, denominator, flag in totals}
    else:
        rules = RulesOf(indicator)
        values = Value.objects.filter(unit=unit, **asked)
        for start, flag, *numbers in values.values_list("start", "flag", "number", "numerator", "denominator"):
            parts = Parts(*numbers)
            number = None if flag in WITHOUT_NUMBER else rules.at(start).divided(parts)
            cells[start] = Cell(number, parts.numerator, parts.denominator, flag=flag)
    return [cells.get(one.start, Cell()) for one in chain]
