"""Figures between two instants, and what stood at one that is over: a month cut at noon of the 25th, an hour.

Whole days come from the rollups as ever; of the days that a bound cuts only the part is recounted, by the statements
that check the rollups themselves, so that the parts of a day add to the day. What stood at an instant is read from the
history of tickets and from promises, and lies with the unit that had it then. Moves are counted from the history alone.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time

from dashboards.figures import definitions
from dashboards.figures.definitions import KINDS, Figures
from dashboards.figures.periods import ONE_DAY, Period
from dashboards.figures.rollups import ROLLUPS
from feedback.rules.rulebook import rulebook
from feedback.rules.workflow import OPEN, TO_FORWARD
from hcmc_ioc.lib.sql import rows

Bounds = tuple[datetime, datetime]  # from the first until before the second


def figures(unit_ids: Iterable[int], start: datetime, end: datetime, now: datetime, *, medians: bool = False,
            standing: bool = True) -> dict[int, Figures]:
    """As `definitions.figures`, of [start, end) as far as it has come; `standing` is as of its end.

    Nobody can say of a past moment what was due soon: dates move. That figure is of now alone.
    """
    answer = {pk: Figures() for pk in unit_ids}
    until = min(end, now)
    whole, parts = days_and_parts(start, until)
    if whole:
        answer = definitions.figures(answer, whole, until, medians=medians, standing=False, withdrawn=False)
    for part in parts:
        _add_part(answer, *part, medians)
    if medians:
        definitions.read_medians(answer.values())
    if start < until:
        definitions.add_withdrawn(answer, start, until)
    if standing and end > now:
        definitions.add_now(answer, now)
    elif standing:
        add_standing(answer, end)
    return answer


def days_and_parts(start: datetime, end: datetime) -> tuple[Period | None, list[Bounds]]:
    """The whole local days within, and what is left of the days at either end."""
    first, last = _midnight(start, later=True), _midnight(end)
    if first > last:  # within one day
        return None, [(start, end)] if start < end else []
    parts = [(low, high) for low, high in ((start, first), (last, end)) if low < high]
    return (Period(first.date(), last.date() - ONE_DAY) if first < last else None), parts


def _midnight(moment: datetime, *, later: bool = False) -> datetime:
    """The local midnight at or before the moment, or at or after it."""
    local = moment.astimezone(rulebook().zone)
    day: date = local.date()
    if later and local.time() != time.min:
        day += ONE_DAY
    return datetime.combine(day, time.min, rulebook().zone)


_OTHER_NAMES = {"self_received": "self_recorded", "score_sum": None}  # of measures of a day, in `Figures`


def _add_part(answer: dict[int, Figures], start: datetime, end: datetime, medians: bool) -> None:
    """A part of one local day."""
    book = rulebook()
    given = {"city": book.city_id, "from": start, "to": end, "zone": book.zone.key}
    names = [_OTHER_NAMES.get(measure, measure) for measure in ROLLUPS["day"].measures]
    for unit_id, _day, *sums in rows(ROLLUPS["day"].recount, given):
        for name, count in zip(names, sums, strict=True):
            if name and unit_id in answer:
                setattr(answer[unit_id], name, getattr(answer[unit_id], name) + count)
    for unit_id, kind, _day, *sums in rows(ROLLUPS["promise"].recount, given):
        if unit_id in answer:
            definitions.raise_promises(answer[unit_id], kind, sums)
    if medians:
        for unit_id, kind, _day, number, count in rows(ROLLUPS["duration"].recount, given):
            if unit_id in answer and kind in KINDS:
                kept = answer[unit_id].histograms[kind]
                kept[number] = kept.get(number, 0) + count


# --- what stood at an instant ----------------------------------------------------------------------------------------

# Whatever was open then is open still or ended after it; the history says which of these were, and whose. A date that
# had passed while its clock ran never moves again, so it says today whether it had.
_STOOD = """
    WITH ended_later AS (
        SELECT id FROM feedback_ticket WHERE is_open AND occurred_at <= %(at)s
        UNION SELECT id FROM feedback_ticket WHERE resolved_at > %(at)s AND occurred_at <= %(at)s
        UNION SELECT id FROM feedback_ticket WHERE rejected_at > %(at)s AND occurred_at <= %(at)s
        UNION SELECT id FROM feedback_ticket
            WHERE merged_into_id IS NOT NULL AND closed_at > %(at)s AND occurred_at <= %(at)s
    ), stood AS (
        SELECT ended_later.id, history.* FROM ended_later CROSS JOIN LATERAL (
            SELECT (array_agg(state_after ORDER BY id DESC))[1] AS state,
                   (array_agg(unit_id ORDER BY id DESC))[1] AS unit_id,
                   coalesce(max(at) FILTER (WHERE verb = 'resolve'), '-infinity') AS answered_at
            FROM feedback_ticketevent WHERE ticket_id = ended_later.id AND at <= %(at)s
        ) AS history WHERE state = ANY(%(open)s)
    ), owed AS NOT MATERIALIZED (
        SELECT *, met_at IS NULL OR met_at > %(at)s AS is_owed FROM feedback_promise
        WHERE kind = 'result' AND made_at <= %(at)s AND (withdrawn_at IS NULL OR withdrawn_at > %(at)s)
    )
    SELECT unit_id, count(*),
           count(*) FILTER (WHERE force.due_at <= %(at)s AND (force.paused_at IS NULL OR force.paused_at > %(at)s)),
           count(*) FILTER (WHERE state = ANY(%(to_forward)s)),
           count(*) FILTER (WHERE EXISTS (
               SELECT FROM owed WHERE ticket_id = stood.id AND is_owed AND due_at <= %(at)s
                                  AND unit_id <> stood.unit_id AND id IS DISTINCT FROM force.id))
    FROM stood LEFT JOIN LATERAL (
        SELECT id, due_at, paused_at FROM owed WHERE ticket_id = stood.id AND made_at >= answered_at
        ORDER BY unit_id = stood.unit_id DESC, unit_id = stood.unit_id AND counts DESC,
                 CASE WHEN unit_id = stood.unit_id THEN id ELSE -id END LIMIT 1
    ) AS force ON true GROUP BY unit_id
"""


def add_standing(answer: dict[int, Figures], at: datetime) -> None:
    """What was open, overdue, to be forwarded, late with another unit at a past moment, with who had it then."""
    given = {"at": at, "open": [state.value for state in OPEN], "to_forward": [state.value for state in TO_FORWARD]}
    city_id = rulebook().city_id
    for unit_id, opened, overdue, to_forward, late_open in rows(_STOOD, given):
        for scope in {unit_id, city_id} & answer.keys():
            figure = answer[scope]
            figure.open += opened
            figure.overdue += overdue
            figure.to_forward += to_forward
            figure.late_open += late_open


# --- moves -----------------------------------------------------------------------------------------------------------


@dataclass
class Moves:
    """What was handed out and came back: each forward is of the unit that got it, each return of the one that gave it
    back. Minutes to clarify competence are the median of the hotline's own clock, of its row alone."""

    forwarded: int = 0
    returned: int = 0
    clarify_minutes: int | None = None


_MOVED = """
    SELECT asked.place, CASE verb WHEN 'forward' THEN moved.unit_id ELSE (
               SELECT unit_id FROM feedback_ticketevent AS before
               WHERE before.ticket_id = moved.ticket_id AND before.id < moved.id ORDER BY before.id DESC LIMIT 1) END,
           count(*) FILTER (WHERE verb = 'forward'), count(*) FILTER (WHERE verb = 'send_back')
    FROM unnest(%s::timestamptz[], %s::timestamptz[]) WITH ORDINALITY AS asked (start, until, place)
    JOIN feedback_ticketevent AS moved ON moved.at >= asked.start AND moved.at < asked.until
     AND moved.verb IN ('forward', 'send_back') GROUP BY 1, 2
"""
_CLARIFIED = """
    SELECT asked.place, unit_id,
           percentile_disc(0.5) WITHIN GROUP (ORDER BY floor(extract(epoch FROM met_at - made_at) / 60))::int
    FROM unnest(%s::timestamptz[], %s::timestamptz[]) WITH ORDINALITY AS asked (start, until, place)
    JOIN feedback_promise ON met_at >= asked.start AND met_at < asked.until
     AND kind = 'clarify' AND counts AND withdrawn_at IS NULL GROUP BY 1, 2
"""


def moves(asked: Sequence[Bounds]) -> list[dict[int, Moves]]:
    """Moves by unit, the city's among them, for each of these bounds: two statements for all."""
    city_id = rulebook().city_id
    found: list[dict[int, Moves]] = [{city_id: Moves()} for _bounds in asked]
    given = [[start for start, _until in asked], [until for _start, until in asked]]
    for place, unit_id, forwarded, returned in rows(_MOVED, given):
        for scope in (unit_id, city_id):
            one = found[place - 1].setdefault(scope, Moves())
            one.forwarded += forwarded
            one.returned += returned
    for place, unit_id, minutes in rows(_CLARIFIED, given):
        found[place - 1].setdefault(unit_id, Moves()).clarify_minutes = minutes
    return found
