"""What a report is asked for, and what all reports of one period ask together: counted once for the city and its units.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from functools import cached_property

from dashboards.figures import field_counts, instants, series
from dashboards.figures.definitions import Figures
from dashboards.figures.field_counts import FieldCounts
from dashboards.figures.periods import ONE_DAY
from districts.models import Unit
from feedback.rules.rulebook import rulebook
from indicators import answers, owed, plans, quality_board
from indicators.answers import Answer
from indicators.board import TREND
from indicators.models import Indicator
from indicators.periods import MONTHS, Period
from reports.models import ReportType

MOST_DAYS = 120  # that are drawn day by day
EARLIER = {"before": "kỳ trước", "ago": "cùng kỳ năm trước"}


class Run:
    """One period of one type of report, as it was known at `as_of`; everything is asked for once."""

    def __init__(self, type_: ReportType, period: Period, as_of: datetime) -> None:
        self.type, self.period, self.as_of = type_, period, as_of
        rule = owed.rule()
        self.before, self.ago = rule.before(period), rule.a_year_before(period)
        self._courses: dict[int | None, dict] = {}

    @property
    def earlier(self) -> dict[str, str]:
        """The spans that this one is compared with, as sentences name them; of a year they are the same."""
        return EARLIER if self.before != self.ago else {"ago": EARLIER["ago"]}

    @cached_property
    def units(self) -> list[Unit]:
        """The units that a report tells apart: those that worked on the last day, in their order."""
        return list(Unit.objects.in_force(owed.last_day(self.period)).exclude(kind=Unit.Kind.CITY))

    @cached_property
    def hotline(self) -> dict[str, dict[int, Figures]]:
        """1022's figures by unit, the city under its own id: "now", "before" and "ago" (a year before)."""
        ids = [rulebook().city_id, *(unit.pk for unit in self.units)]
        spans = {"now": self.period, "before": self.before, "ago": self.ago}
        found = {name: instants.figures(ids, span.start, span.end, self.as_of, medians=True)
                 for name, span in spans.items()}
        for one in (one for by_unit in found.values() for one in by_unit.values()):
            one.histograms.clear()  # the medians are read, and a run holds many units
        return found

    @cached_property
    def by_field(self) -> dict[str, dict[int, dict[str, FieldCounts]]]:
        """The same by field; of this period and the one before."""
        return {name: field_counts.by_field(span.start, span.end)
                for name, span in {"now": self.period, "before": self.before}.items()}

    def days(self, unit_id: int) -> dict[date, dict[str, int | None]]:
        """What came and was answered on the whole days of the period; a longer one is not drawn by days."""
        whole, _parts = instants.days_and_parts(self.period.start, self.period.end)
        if whole is None or whole.days > MOST_DAYS:
            return {}
        lines = series.daily(unit_id, whole, "received", "resolved", today=whole.end + ONE_DAY)
        return {day: {name: values[place] for name, values in lines.items()}
                for place, day in enumerate(whole.each_day())}

    @cached_property
    def fields_chosen(self) -> set[int]:
        return set(self.type.fields.values_list("pk", flat=True))

    @cached_property
    def indicators(self) -> list[Indicator]:
        """Those whose figures units deliver or formulas give, of the type's fields; 1022's own have their own part."""
        sources = (Indicator.Source.DELIVERED, Indicator.Source.FORMULA)
        found = Indicator.objects.in_use().filter(source__in=sources).select_related("field", "owner")
        found = found.prefetch_related("versions", "targets").order_by("field__position", "code")
        return [one for one in found if not self.fields_chosen or one.field_id in self.fields_chosen]

    def spans(self, kind: str) -> list[Period]:
        """What is said of an indicator with periods of this kind: the last ones that were over when the report's own
        period was, as many as it holds; so many before them; the same a year ago."""
        rule, last = owed.rule(), self.last_of(kind)
        size = max(1, MONTHS.get(self.period.kind, 1) // MONTHS[kind]) if kind in MONTHS else 1
        ends = [last, rule.before(last, size), rule.a_year_before(last)]
        return [end if size == 1 else self._up_to(end, size) for end in ends]

    def last_of(self, kind: str) -> Period:
        """The last period of a kind that was over when the report's own was."""
        running = owed.rule().at(kind, self.period.end)
        return running if running.end <= self.period.end else owed.rule().before(running)

    def _up_to(self, last: Period, size: int) -> Period:
        first = owed.rule().before(last, size - 1)
        return Period(first.start, last.end, self.period.kind, f"{first.code}–{last.code}")

    @cached_property
    def values(self) -> dict[int, list[Answer]]:
        """Of every indicator what `spans` says."""
        found: dict[int, list[Answer]] = {}
        by_kind: dict[str, list[Indicator]] = {}
        for one in self.indicators:
            by_kind.setdefault(one.period_kind, []).append(one)
        for kind, indicators in by_kind.items():
            spans = self.spans(kind)
            periods = list(dict.fromkeys(spans))  # of a year the one before and a year ago are the same
            for pk, answered in self._answered(indicators, periods).items():
                by_period = dict(zip(periods, answered, strict=True))
                found[pk] = [by_period[span] for span in spans]
        return found

    @cached_property
    def series(self) -> dict[int, list[Answer]]:
        """Of every indicator that has a target its own last periods, the newest first."""
        rule = owed.rule()
        found: dict[int, list[Answer]] = {}
        targeted = [one for one in self.indicators if one.targets.all()]
        for kind in {one.period_kind for one in targeted}:
            periods = [self.last_of(kind)]
            while len(periods) < 2 * TREND:  # targets of growth look a year back
                periods.append(rule.before(periods[-1]))
            found |= self._answered([one for one in targeted if one.period_kind == kind], periods)
        return found

    def _answered(self, indicators: list[Indicator], periods: list[Period]) -> dict[int, list[Answer]]:
        """Of indicators with one kind of period, as they were known at `as_of`; what was loaded as history was."""
        delivered = [one for one in indicators if one.source == Indicator.Source.DELIVERED]
        found = answers.delivered(delivered, periods, as_of=self.as_of, history=True) if delivered else {}
        return found | {one.pk: answers.answer(one, periods, as_of=self.as_of, history=True)
                        for one in indicators if one.source == Indicator.Source.FORMULA}

    @cached_property
    def has_figures(self) -> bool:
        """Whether anything is known of the period: a report of nothing is none."""
        of_hotline = "hotline" in self.type.blocks and any(one.received for one in self.hotline["now"].values())
        return of_hotline or ("indicators" in self.type.blocks and any(
            cell.value is not None for found in self.values.values()
            for cell in (found[0].city, *found[0].units.values())))

    def courses(self, unit: int | None) -> dict:
        """Where the year's plans stand, of the city (None) or a unit."""
        if unit not in self._courses:
            delivered = [one for one in self.indicators if one.source == Indicator.Source.DELIVERED]
            self._courses[unit] = plans.of_city(delivered) if unit is None else {
                pk: found.get(unit, {}) for pk, found in plans.of_units(delivered, unit=unit).items()}
        return self._courses[unit]

    @cached_property
    def quality(self) -> list[quality_board.Words]:
        """The four words of every unit that owed something at the cut-off."""
        return quality_board.board(quality_board.due_last(self.as_of), self.as_of)


@dataclass(frozen=True)
class Asked:
    """One report: of this unit (or the city) in this run."""

    run: Run
    unit: Unit

    @property
    def is_city(self) -> bool:
        return self.unit.kind == Unit.Kind.CITY

    @property
    def type(self) -> ReportType:
        return self.run.type

    @property
    def period(self) -> Period:
        return self.run.period

    def hotline(self, span: str) -> Figures:
        return self.run.hotline[span].get(self.unit.pk, Figures())

    def peers(self) -> Iterable[Unit]:
        """The units that the report sets side by side."""
        return self.run.units if self.is_city else [
            unit for unit in self.run.units if unit.peer_group == self.unit.peer_group]

    def shows(self, indicator: Indicator) -> bool:
        """A report is read by everybody of the city, a unit's by its own people too: it prints what is open, and of a
        unit what is its own."""
        return indicator.access == Indicator.Access.OPEN or (
            not self.is_city and indicator.owner_id == self.unit.pk)
