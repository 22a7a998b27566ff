"""How every figure is counted: its one definition. Its words and the list behind it stand in `registry`.

History comes from the rollups, "now" from the small set of open tickets. Promises that fall due today are cut live by
their hour, because that denominator grows without any event. The on-time rate is `due_met / due`: leaving late tickets
open makes nobody look better.
"""

from collections.abc import Collection, Iterable
from dataclasses import dataclass, field
from datetime import datetime, time

from django.db.models import F, Q

from dashboards.figures.contribution import bin_middle
from dashboards.figures.periods import Period
from feedback.models import Promise
from feedback.querysets import DUE_SOON, SQL_DUE_SOON, SQL_OVERDUE
from feedback.rules.rulebook import rulebook
from feedback.rules.workflow import TO_FORWARD
from hcmc_ioc.lib.sql import rows


@dataclass
class Figures:
    """The figures of one unit (or the city) for a period, and as of now. Durations in working minutes."""

    received: int = 0
    resolved: int = 0
    due: int = 0
    due_met: int = 0
    reopened: int = 0
    rejected: int = 0
    rated: int = 0
    satisfied: int = 0
    median_minutes: int | None = None
    open: int = 0
    overdue: int = 0
    due_soon: int = 0
    to_forward: int = 0
    self_recorded: int = 0  # of the received: the unit recorded them itself; their promises are counted apart
    self_due: int = 0
    self_met: int = 0
    area_open: int = 0  # in the unit's area, whoever answers for them; asked for with `areas`
    area_overdue: int = 0
    histogram: dict[int, int] = field(default_factory=dict, repr=False)

    @property
    def on_time(self) -> float | None:
        """Share of due promises that were kept, 0–1; None when nothing was due."""
        return self.due_met / self.due if self.due else None

    @property
    def satisfaction(self) -> float | None:
        return self.satisfied / self.rated if self.rated else None

    @property
    def late(self) -> int:
        return self.due - self.due_met


PUBLISHED = ("received", "resolved", "due", "due_met", "reopened", "median_minutes", "open", "overdue", "due_soon",
             "self_recorded")


def figures(unit_ids: Iterable[int], period: Period, now: datetime, *, medians: bool | Collection[int] = True,
            standing: bool = True, areas: bool = False) -> dict[int, Figures]:
    """The figures of each unit; the city's id gives the city. Costs the same few queries for one unit or all.

    `medians` may name the units that need one; without `standing` what is open now is left out (a period of the past);
    with `areas` what lies open in the units' areas is counted too.
    """
    answer = {pk: Figures() for pk in unit_ids}
    _add_days(answer, period)
    _add_promises(answer, period, now)
    if medians:
        _add_medians(answer, answer if medians is True else medians, period)
    if standing:
        _add_now(answer, now)
    if areas:
        _add_areas(answer, now)
    return answer


def before(unit_id: int, period: Period, now: datetime, *, medians: bool = True) -> Figures:
    """The figures of the period before. When `period` ends with today, what was received and resolved counts up to the
    same time of the last day before: half a day is not held against a whole one."""
    earlier = period.before()
    figures_before = figures([unit_id], earlier, now, medians=medians, standing=False)[unit_id]
    book = rulebook()
    local = now.astimezone(book.zone)
    if period.end == local.date():
        given = {"from": datetime.combine(earlier.end, local.time(), book.zone), "to": earlier.instants(book.zone)[1],
                 "unit": unit_id, "city": unit_id == book.city_id}
        [(received, resolved)] = rows(_LATER_THAT_DAY, given)
        figures_before.received -= received
        figures_before.resolved -= resolved
    return figures_before


# The statements are written out: a screen asks a dozen of them, and building each from the models takes longer than
# answering it.

_DAYS = """
    SELECT unit_id, sum(received), sum(resolved), sum(reopened), sum(rejected), sum(rated), sum(satisfied),
           sum(self_received)
    FROM dashboards_unitday WHERE unit_id = ANY(%s) AND day BETWEEN %s AND %s GROUP BY unit_id
"""
_PROMISES = """
    SELECT unit_id, sum(due), sum(met), sum(self_due), sum(self_met) FROM dashboards_promiseday
    WHERE unit_id = ANY(%s) AND day BETWEEN %s AND %s AND day < %s GROUP BY unit_id
"""
_DUE_TODAY = """
    SELECT unit_id, count(*) FILTER (WHERE NOT is_self_made),
           count(*) FILTER (WHERE NOT is_self_made AND met_at <= due_at), count(*) FILTER (WHERE is_self_made),
           count(*) FILTER (WHERE is_self_made AND met_at <= due_at) FROM feedback_promise
    WHERE withdrawn_at IS NULL AND paused_at IS NULL AND due_at BETWEEN %s AND %s GROUP BY unit_id
"""  # as `due_promises` and `KEPT` say it
_HANDLING = """
    SELECT unit_id, bin, sum(resolved) FROM dashboards_handlingday
    WHERE unit_id = ANY(%s) AND day BETWEEN %s AND %s GROUP BY unit_id, bin HAVING sum(resolved) > 0
"""
_LATER_THAT_DAY = """
    SELECT (SELECT count(*) FROM feedback_ticket
            WHERE occurred_at >= %(from)s AND occurred_at < %(to)s AND (%(city)s OR unit_id = %(unit)s)),
           (SELECT count(*) FROM feedback_ticket
            WHERE resolved_at >= %(from)s AND resolved_at < %(to)s AND (%(city)s OR unit_id = %(unit)s))
"""
_STANDING = f"""
    SELECT unit_id, count(*), count(*) FILTER (WHERE {SQL_OVERDUE}), count(*) FILTER (WHERE {SQL_DUE_SOON}),
           count(*) FILTER (WHERE state = ANY(%(to_forward)s))
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
        figure.rated, figure.satisfied, figure.self_recorded = sums


def _add_promises(answer: dict[int, Figures], period: Period, now: datetime) -> None:
    """Whole past days from the rollup, the running day from the promises themselves."""
    book = rulebook()
    today = now.astimezone(book.zone).date()
    for unit_id, *sums in rows(_PROMISES, [list(answer), period.start, period.end, today]):
        _raise_promises(answer[unit_id], *sums)
    if period.start <= today <= period.end:
        midnight = datetime.combine(today, time.min, book.zone)
        for unit_id, *sums in rows(_DUE_TODAY, [midnight, now]):
            for scope in {unit_id, book.city_id} & answer.keys():
                _raise_promises(answer[scope], *sums)


def _raise_promises(figure: Figures, due: int, met: int, self_due: int, self_met: int) -> None:
    figure.due += due
    figure.due_met += met
    figure.self_due += self_due
    figure.self_met += self_met


KEPT = Q(met_at__isnull=False, met_at__lte=F("due_at"))


def due_promises(start: datetime, end: datetime):
    """Promises that fell due in [start, end]: not withdrawn, their clock not stopped, not made by a unit to itself."""
    return Promise.objects.filter(
        withdrawn_at__isnull=True, paused_at__isnull=True, is_self_made=False, due_at__gte=start, due_at__lte=end
    )


def _add_medians(answer: dict[int, Figures], unit_ids: Collection[int], period: Period) -> None:
    for unit_id, number, count in rows(_HANDLING, [list(unit_ids), period.start, period.end]):
        answer[unit_id].histogram[number] = count
    for unit_id in unit_ids:
        answer[unit_id].median_minutes = quantile(answer[unit_id].histogram, 0.5)


def quantile(histogram: dict[int, int], share: float) -> int | None:
    """The duration (working minutes, within 5 %) that `share` of the histogram does not exceed; None when empty."""
    total = sum(histogram.values())
    seen = 0
    for number in sorted(histogram):
        seen += histogram[number]
        if seen >= total * share and total:
            return round(bin_middle(number))
    return None


def _add_now(answer: dict[int, Figures], now: datetime) -> None:
    city_id = rulebook().city_id
    given = {"now": now, "soon": now + DUE_SOON, "to_forward": [state.value for state in TO_FORWARD],
             "all": city_id in answer, "units": list(answer)}
    for unit_id, opened, overdue, due_soon, to_forward in rows(_STANDING, given):
        for scope in {unit_id, city_id} & answer.keys():
            figure = answer[scope]
            figure.open += opened
            figure.overdue += overdue
            figure.due_soon += due_soon
            figure.to_forward += to_forward


def _add_areas(answer: dict[int, Figures], now: datetime) -> None:
    for area_id, opened, overdue in rows(_AREAS, {"now": now, "units": list(answer)}):
        answer[area_id].area_open, answer[area_id].area_overdue = opened, overdue
