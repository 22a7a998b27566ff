"""How every figure is counted: its one definition. Its words and the list behind it stand in `registry`.

History comes from the rollups, "now" from the small set of open tickets. Promises that fall due today are cut live by
their hour, because that denominator grows without any event. The on-time rate is `due_met / due`: leaving late tickets
open makes nobody look better.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, time

from dashboards.figures.contribution import ACCEPTING, FORWARD, FORWARDING, HANDLING, RESULT, bin_middle
from dashboards.figures.periods import Period
from feedback.querysets import DUE_SOON, SQL_DUE_SOON, SQL_LATE_OPEN, SQL_OVERDUE
from feedback.rules.promises import CLARIFY
from feedback.rules.rulebook import rulebook
from feedback.rules.workflow import TO_FORWARD
from hcmc_ioc.lib.caching import ttl_cache
from hcmc_ioc.lib.sql import rows

KINDS = (HANDLING, ACCEPTING, FORWARDING)  # of durations that have a median


@dataclass
class Figures:
    """The figures of one unit (or the city) for a period, and as of now. Durations in working minutes."""

    received: int = 0
    resolved: int = 0
    due: int = 0
    due_met: int = 0
    first_due: int = 0  # by the citizen's first date, without extensions
    first_met: int = 0
    reopened: int = 0
    rejected: int = 0
    rated: int = 0
    satisfied: int = 0
    median_minutes: int | None = None
    accept_minutes: int | None = None  # median, working minutes
    forward_minutes: int | None = None  # median, minutes of the clock; of the hotline's row alone
    handled_minutes: int = 0
    stopped_minutes: int = 0
    forward_due: int = 0  # the hotline's own clocks
    forward_met: int = 0
    clarify_due: int = 0
    clarify_met: int = 0
    withdrawn_late: int = 0
    withdrawn_early: int = 0  # promises of an answer that ended without one before their date
    open: int = 0
    overdue: int = 0
    due_soon: int = 0
    to_forward: int = 0
    late_open: int = 0  # open, and a unit that answered before let its date pass
    self_recorded: int = 0  # of the received: the unit recorded them itself; their promises are counted apart
    self_due: int = 0
    self_met: int = 0
    area_open: int = 0  # in the unit's area, whoever answers for them; asked for with `areas`
    area_overdue: int = 0
    histograms: dict[str, dict[int, int]] = field(default_factory=lambda: defaultdict(dict), repr=False)

    @property
    def counts(self) -> tuple:
        """Everything but the histograms, from which the medians were read."""
        return tuple(value for name, value in vars(self).items() if name != "histograms")

    @property
    def on_time(self) -> float | None:
        """Share of due promises that were kept, 0–1; None when nothing was due."""
        return self.due_met / self.due if self.due else None

    @property
    def on_time_first(self) -> float | None:
        """The same by the date that the citizen was given first."""
        return self.first_met / self.first_due if self.first_due else None

    @property
    def waiting(self) -> float | None:
        """Share of the working time between receipt and answer in which the clock stood; None when nothing was
        answered."""
        whole = self.handled_minutes + self.stopped_minutes
        return self.stopped_minutes / whole if whole else None

    @property
    def forwarded_in_time(self) -> float | None:
        return self.forward_met / self.forward_due if self.forward_due else None

    @property
    def clarified_in_time(self) -> float | None:
        return self.clarify_met / self.clarify_due if self.clarify_due else None

    @property
    def satisfaction(self) -> float | None:
        return self.satisfied / self.rated if self.rated else None

    @property
    def withdrawn(self) -> int:
        return self.withdrawn_late + self.withdrawn_early

    @property
    def late(self) -> int:
        return self.due - self.due_met

    @property
    def first_late(self) -> int:
        return self.first_due - self.first_met

    @property
    def forward_late(self) -> int:
        return self.forward_due - self.forward_met

    @property
    def clarify_late(self) -> int:
        return self.clarify_due - self.clarify_met


PUBLISHED = ("received", "resolved", "due", "due_met", "reopened", "median_minutes", "open", "overdue", "due_soon",
             "self_recorded")


def figures(unit_ids: Iterable[int], period: Period, now: datetime, *, medians: bool | Collection[int] = True,
            standing: bool = True, withdrawn: bool = True, areas: bool = False) -> dict[int, Figures]:
    """The figures of each unit; the city's id gives the city. Costs the same few queries for one unit or all.

    `medians` may name the units that need one; without `standing` what is open now is left out (a period of the past),
    without `withdrawn` the dates that were; with `areas` what lies open in the units' areas is counted too.
    """
    answer = {pk: Figures() for pk in unit_ids}
    _add_days(answer, period)
    _add_promises(answer, period, now)
    if medians:
        _add_medians(answer, answer if medians is True else medians, period, KINDS)
    if withdrawn:
        add_withdrawn(answer, *period.instants(rulebook().zone))
    if standing:
        add_now(answer, now)
    if areas:
        _add_areas(answer, now)
    return answer


def before(unit_ids: Iterable[int], period: Period, now: datetime, *, medians: bool = True) -> dict[int, Figures]:
    """The figures of what `period` is compared with. When it ends with today, what was received and resolved counts up
    to the same time of the last day then: half a day is not held against a whole one."""
    earlier = period.before()
    answer = figures(unit_ids, earlier, now, medians=False, standing=False, withdrawn=False)
    if medians:
        for unit_id, median in _medians_then(tuple(answer), earlier).items():
            answer[unit_id].median_minutes = median
    book = rulebook()
    local = now.astimezone(book.zone)
    if period.end == local.date():
        given = {"from": datetime.combine(earlier.end, local.time(), book.zone), "to": earlier.instants(book.zone)[1],
                 "units": list(answer), "all": book.city_id in answer}
        for unit_id, received, resolved in rows(_LATER_THAT_DAY, given):
            for scope in {unit_id, book.city_id} & answer.keys():
                answer[scope].received -= received
                answer[scope].resolved -= resolved
    return answer


@ttl_cache(seconds=60)
def _medians_then(unit_ids: tuple[int, ...], over: Period) -> dict[int, int | None]:
    """Unit → median of a period that is over. Only a correction changes it, and it is the dearest figure of a screen:
    it is counted anew once a minute."""
    counted = {pk: Figures() for pk in unit_ids}
    _add_medians(counted, unit_ids, over, [HANDLING])
    return {pk: figure.median_minutes for pk, figure in counted.items()}


SQL_WAS_LATE = "withdrawn_at > due_at AND paused_at IS NULL"

# The statements are written out: a screen asks a dozen of them, and building each from the models takes longer than
# answering it.

_DAYS = """
    SELECT unit_id, sum(received), sum(resolved), sum(reopened), sum(rejected), sum(rated), sum(satisfied),
           sum(self_received), sum(handled_minutes), sum(stopped_minutes)
    FROM dashboards_unitday WHERE unit_id = ANY(%s) AND day BETWEEN %s AND %s GROUP BY unit_id
"""
_PROMISES = """
    SELECT unit_id, kind, sum(due), sum(met), sum(self_due), sum(self_met), sum(first_due), sum(first_met)
    FROM dashboards_promiseday WHERE unit_id = ANY(%s) AND day BETWEEN %s AND %s AND day < %s GROUP BY unit_id, kind
"""
_DUE_TODAY = """
    SELECT unit_id, kind, count(*) FILTER (WHERE own), count(*) FILTER (WHERE own AND met_at <= due_at),
           count(*) FILTER (WHERE NOT own), count(*) FILTER (WHERE NOT own AND met_at <= due_at),
           count(*) FILTER (WHERE own AND first_due_at IS NULL),
           count(*) FILTER (WHERE own AND first_due_at IS NULL AND met_at <= due_at)
    FROM (SELECT *, NOT is_self_made AS own FROM feedback_promise) AS promise
    WHERE withdrawn_at IS NULL AND paused_at IS NULL AND counts AND due_at BETWEEN %(from)s AND %(now)s
    GROUP BY unit_id, kind
    UNION ALL
    SELECT unit_id, kind, 0, 0, 0, 0, count(*), count(*) FILTER (WHERE met_at <= first_due_at) FROM feedback_promise
    WHERE withdrawn_at IS NULL AND paused_at IS NULL AND counts AND NOT is_self_made
      AND first_unit_id IS NULL AND first_due_at BETWEEN %(from)s AND %(now)s GROUP BY unit_id, kind
    UNION ALL
    SELECT first_unit_id, kind, 0, 0, 0, 0, count(*), 0 FROM feedback_promise
    WHERE first_unit_id IS NOT NULL AND first_due_at BETWEEN %(from)s AND %(now)s GROUP BY first_unit_id, kind
"""  # as `feedback.promises` says it
_WITHDRAWN = f"""
    SELECT unit_id, count(*) FILTER (WHERE {SQL_WAS_LATE}), count(*) FILTER (WHERE NOT ({SQL_WAS_LATE}))
    FROM feedback_promise
    WHERE kind = '{RESULT}' AND withdrawn_at >= %(from)s
      AND (withdrawn_at < %(to)s OR {SQL_WAS_LATE} AND due_at >= %(from)s AND due_at < %(to)s)
    GROUP BY unit_id
"""  # what was late is withdrawn after its date, so nothing that was withdrawn before the period counts in it
_DURATIONS = """
    SELECT unit_id, kind, bin, sum(tickets) FROM dashboards_durationday
    WHERE unit_id = ANY(%s) AND kind = ANY(%s) AND day BETWEEN %s AND %s
    GROUP BY unit_id, kind, bin HAVING sum(tickets) > 0
"""
_LATER_THAT_DAY = """
    SELECT unit_id, count(*), 0 FROM feedback_ticket
    WHERE occurred_at >= %(from)s AND occurred_at < %(to)s AND (%(all)s OR unit_id = ANY(%(units)s)) GROUP BY unit_id
    UNION ALL
    SELECT unit_id, 0, count(*) FROM feedback_ticket
    WHERE resolved_at >= %(from)s AND resolved_at < %(to)s AND (%(all)s OR unit_id = ANY(%(units)s)) GROUP BY unit_id
"""
_STANDING = f"""
    SELECT unit_id, count(*), count(*) FILTER (WHERE {SQL_OVERDUE}), count(*) FILTER (WHERE {SQL_DUE_SOON}),
           count(*) FILTER (WHERE state = ANY(%(to_forward)s)), count(*) FILTER (WHERE {SQL_LATE_OPEN})
    FROM feedback_ticket WHERE is_open AND (%(all)s OR unit_id = ANY(%(units)s)) GROUP BY unit_id
"""
_AREAS = f"""
    SELECT area_id, count(*), count(*) FILTER (WHERE {SQL_OVERDUE})
    FROM feedback_ticket WHERE is_open AND area_id = ANY(%(units)s) GROUP BY area_id
"""


def _add_days(answer: dict[int, Figures], period: Period) -> None:
    for unit_id, *sums in rows(_DAYS, [list(answer), period.start, period.end]):
        figure = answer[unit_id]
        figure.received, figure.resolved, figure.reopened, figure.rejected, *sums = sums
        figure.rated, figure.satisfied, figure.self_recorded, figure.handled_minutes, figure.stopped_minutes = sums


def _add_promises(answer: dict[int, Figures], period: Period, now: datetime) -> None:
    """Whole past days from the rollup, the running day from the promises themselves."""
    book = rulebook()
    today = now.astimezone(book.zone).date()
    for unit_id, kind, *sums in rows(_PROMISES, [list(answer), period.start, period.end, today]):
        raise_promises(answer[unit_id], kind, sums)
    if period.start <= today <= period.end:
        midnight = datetime.combine(today, time.min, book.zone)
        for unit_id, kind, *sums in rows(_DUE_TODAY, {"from": midnight, "now": now}):
            for scope in {unit_id, book.city_id if kind == RESULT else unit_id} & answer.keys():
                raise_promises(answer[scope], kind, sums)


_SUMS = {
    RESULT: ("due", "due_met", "self_due", "self_met", "first_due", "first_met"),
    FORWARD: ("forward_due", "forward_met"),
    CLARIFY: ("clarify_due", "clarify_met"),
}


def raise_promises(figure: Figures, kind: str, sums: list[int]) -> None:
    """`sums` are the measures of the rollup of promises, in its order."""
    for name, count in zip(_SUMS[kind], sums, strict=False):
        setattr(figure, name, getattr(figure, name) + count)


def add_withdrawn(answer: dict[int, Figures], start: datetime, end: datetime) -> None:
    """Of [start, end)."""
    book = rulebook()
    for unit_id, late, early in rows(_WITHDRAWN, {"from": start, "to": end}):
        for scope in {unit_id, book.city_id} & answer.keys():
            answer[scope].withdrawn_late += late
            answer[scope].withdrawn_early += early


def _add_medians(answer: dict[int, Figures], unit_ids: Collection[int], period: Period,
                 durations: Sequence[str]) -> None:
    asked = [list(unit_ids), list(durations), period.start, period.end]
    for unit_id, kind, number, count in rows(_DURATIONS, asked):
        answer[unit_id].histograms[kind][number] = count
    read_medians(answer[unit_id] for unit_id in unit_ids)


def read_medians(counted: Iterable[Figures]) -> None:
    """From their histograms."""
    for figure in counted:
        figure.median_minutes, figure.accept_minutes, figure.forward_minutes = (
            quantile(figure.histograms[kind], 0.5) for kind in KINDS
        )


def quantile(histogram: dict[int, int], share: float) -> int | None:
    """The duration (working minutes, within 5 %) that `share` of the histogram does not exceed; None when empty."""
    total = sum(histogram.values())
    seen = 0
    for number in sorted(histogram):
        seen += histogram[number]
        if seen >= total * share and total:
            return round(bin_middle(number))
    return None


def add_now(answer: dict[int, Figures], now: datetime) -> None:
    """What is open now, and how it stands."""
    city_id = rulebook().city_id
    given = {"now": now, "soon": now + DUE_SOON, "to_forward": [state.value for state in TO_FORWARD],
             "all": city_id in answer, "units": list(answer)}
    for unit_id, opened, overdue, due_soon, to_forward, late_open in rows(_STANDING, given):
        for scope in {unit_id, city_id} & answer.keys():
            figure = answer[scope]
            figure.open += opened
            figure.overdue += overdue
            figure.due_soon += due_soon
            figure.to_forward += to_forward
            figure.late_open += late_open


def _add_areas(answer: dict[int, Figures], now: datetime) -> None:
    for area_id, opened, overdue in rows(_AREAS, {"now": now, "units": list(answer)}):
        answer[area_id].area_open, answer[area_id].area_overdue = opened, overdue
