"""The register of reports that offices still demand of the districts: how much of each the figures say already, and
what was abolished."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import datetime

from django.db.models import Sum
from django.utils import timezone

from indicators.models import Delivery, DemandedLine, DemandedReport, Indicator


@dataclass(frozen=True)
class Writing:
    """A report that the system writes in place of demanded ones: what of the indicators it prints."""

    name: str
    url: str
    reports: set[int]
    fields: set[int]  # of indicators; all where it is empty
    sources: set[str]  # likewise

    def prints(self, indicator: Indicator) -> bool:
        return indicator.source in self.sources and (not self.fields or indicator.field_id in self.fields)


written_by: list[Callable[[], list[Writing]]] = []  # registered by the app that writes reports


@dataclass(frozen=True)
class Entry:
    """A report with its lines; a line is covered by an indicator that has a source."""

    report: DemandedReport
    lines: list[DemandedLine]
    writings: list[Writing] = field(default_factory=list)

    def written_in(self, line: DemandedLine) -> list[Writing]:
        """The reports in which the line is printed already."""
        if line.indicator is None or not is_covered(line):
            return []
        return [one for one in self.writings if one.prints(line.indicator)]

    @property
    def is_written(self) -> bool:
        """Whether every line is printed by a report that writes itself: nobody needs to write it."""
        return bool(self.lines) and all(self.written_in(line) for line in self.lines)

    @property
    def covered(self) -> int:
        return sum(is_covered(line) for line in self.lines)

    @property
    def percent(self) -> int | None:
        """Covered lines in whole percent, never rounded up to 100; None for a report without lines."""
        return 100 * self.covered // len(self.lines) if self.lines else None


def is_covered(line: DemandedLine) -> bool:
    """Whether the figure that the line asks for comes without a report."""
    indicator = line.indicator
    return indicator is not None and indicator.source != Indicator.Source.NONE and indicator.is_in_use


def entries(codes: Iterable[str] | None = None) -> list[Entry]:
    """The register (or these of it), what is still demanded first."""
    reports = DemandedReport.objects.select_related("demanded_by").prefetch_related("lines__indicator")
    if codes is not None:
        reports = reports.filter(code__in=codes)
    writings = [one for writer in written_by for one in writer()]
    return [Entry(report, list(report.lines.all()), [one for one in writings if report.pk in one.reports])
            for report in reports]


@dataclass(frozen=True)
class Board:
    reports: int
    abolished: int
    lines: int
    covered: int
    written: int  # reports of which every line is printed by one that writes itself
    keyed: int  # cells that were delivered for the first time this month

    @property
    def percent(self) -> int | None:
        return 100 * self.covered // self.lines if self.lines else None


def board(register: list[Entry], now: datetime) -> Board:
    """What the register says in a few numbers."""
    month = timezone.localtime(now).replace(day=1, hour=0, minute=0, second=0, microsecond=0)
    came = Delivery.objects.filter(at__gte=month, state=Delivery.State.COMMITTED, is_history=False)
    replaced = sum(entry.report.state == DemandedReport.State.REPLACED for entry in register)
    return Board(len(register), replaced, sum(len(entry.lines) for entry in register),
                 sum(entry.covered for entry in register), sum(entry.is_written for entry in register),
                 came.aggregate(n=Sum("new"))["n"] or 0)
