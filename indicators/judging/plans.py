"""By which method an indicator is judged, and what its baseline leaves out or begins with: as saved, else by rule."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from statistics import median

from accounts.models import User
from districts.models import Unit
from indicators.answers import Cell
from indicators.arithmetic import Kind as ArithmeticKind
from indicators.models import Indicator, IndicatorVersion, JudgementMark, Method, SavedJudgement
from indicators.periods import Kind
from indicators.spans import SEASONAL

LARGE = 10_000  # cases in a period, from which on a share is judged by p′
EVERY_FEW_HOURS = {Kind.HOUR.value, Kind.DAY.value}
IN_A_YEAR = {Kind.WEEK.value, *SEASONAL}
Rebase, Exclude = JudgementMark.Kind.REBASE, JudgementMark.Kind.EXCLUDE


@dataclass(frozen=True)
class Mark:
    """A period to begin anew with or to leave out. Without an author it is a try."""

    kind: str
    start: datetime
    reason: str = ""
    author: User | None = None
    at: datetime | None = None


@dataclass(frozen=True)
class Plan:
    """What is applied. `saved` is where it comes from: None by rule, or for a try that nobody saved."""

    method: str
    marks: tuple[Mark, ...] = ()
    saved: SavedJudgement | None = None

    def starts(self, kind: str) -> set[datetime]:
        return {mark.start for mark in self.marks if mark.kind == kind}

    def with_marks(self, method: str, wanted: Sequence[tuple[str, datetime]]) -> "Plan":
        """The try: this method with these marks, kept ones with their author."""
        known = {(mark.kind, mark.start): mark for mark in self.marks}
        marks = tuple(known.get(one) or Mark(*one) for one in sorted(set(wanted), key=lambda one: (one[1], one[0])))
        return replace(self, method=method, marks=marks, saved=None)


def saved(indicator: Indicator, unit: Unit | None) -> SavedJudgement | None:
    """The one that counts."""
    rows = SavedJudgement.objects.filter(indicator=indicator, unit=unit).select_related("author")
    return rows.prefetch_related("marks__author").order_by("-pk").first()


def plan_of(indicator: Indicator, unit: Unit | None, version: IndicatorVersion, cells: Sequence[Cell]) -> Plan:
    """As saved, else by rule."""
    row = saved(indicator, unit)
    if row is None:
        return Plan(by_rule(indicator, version, cells))
    marks = tuple(Mark(one.kind, one.start, one.reason, one.author, one.at) for one in row.marks.all())
    return Plan(row.method, marks, row)


def by_rule(indicator: Indicator, version: IndicatorVersion, cells: Sequence[Cell]) -> str:
    """Hours and days by like days; what comes again within a year without its season; years of very many by p′."""
    if indicator.period_kind in EVERY_FEW_HOURS:
        return Method.USUAL
    if indicator.period_kind in IN_A_YEAR:
        return Method.SEASONAL
    sizes = [cell.denominator for cell in cells if cell.denominator]
    is_share = version.kind == ArithmeticKind.PROPORTION
    return Method.PRIME if is_share and sizes and median(sizes) >= LARGE else Method.XMR
