"""The rollup tables as the fold, the rebuild and the check see them: keys, measures, and the SQL that recounts them."""

from dataclasses import dataclass

from dashboards.figures.contribution import EDGES

CITY, FROM, TO, ZONE = "%(city)s", "%(from)s", "%(to)s", "%(zone)s"
SHAPE = 5  # raised when what the tables hold changes: `setup_city` then rebuilds them
LARGE = frozenset({"handled_minutes", "stopped_minutes"})  # measures that outgrow four bytes


@dataclass(frozen=True)
class Rollup:
    """`keys` and `measures` are columns; `types` the SQL types of the keys; `span` the time column of the key."""

    table: str
    keys: tuple[str, ...]
    types: tuple[str, ...]
    measures: tuple[str, ...]
    span: str
    recount: str  # SELECT keys, measures of all rows of [from, to); parameters: city, from, to (instants), zone


def _grouped(facts: str, keys: tuple[str, ...], measures: tuple[str, ...], of_city: str) -> str:
    """Sum `facts` per unit, and those sums once more for the city, where `of_city`."""
    rest = ", ".join(keys[1:])
    sums = ", ".join(f"sum({m})::{'bigint' if m in LARGE else 'int'} AS {m}" for m in measures)
    return (
        f"WITH by_unit AS (SELECT unit_id, {rest}, {sums} FROM ({facts}) AS facts GROUP BY unit_id, {rest}) "
        f"SELECT * FROM by_unit UNION ALL SELECT {CITY}, {rest}, {sums} FROM by_unit WHERE {of_city} GROUP BY {rest}"
    )


def _between(column: str) -> str:
    return f"{column} >= {FROM} AND {column} < {TO}"


def _day(column: str) -> str:
    return f"({column} AT TIME ZONE {ZONE})::date AS day"


def _hour(column: str) -> str:
    return f"date_trunc('hour', {column}, 'UTC') AS hour"


_TICKET = "FROM feedback_ticket WHERE "
_SELF = "recorded_by_id IS NOT NULL AND recorded_by_id = unit_id"
_WHEN, _STAR = "(rating->>1)::timestamptz", "(rating->>2)::int"  # of `other_ratings`

_HOUR_FACTS = f"""
    SELECT unit_id, {_hour("occurred_at")}, 1 AS received, 0 AS resolved {_TICKET} {_between("occurred_at")}
    UNION ALL SELECT unit_id, {_hour("resolved_at")}, 0, 1 {_TICKET} {_between("resolved_at")}
"""
_HANDLED = f"handling_minutes IS NOT NULL AND NOT ({_SELF})"
_DAY_FACTS = f"""
    SELECT unit_id, {_day("occurred_at")}, 1 AS received, ({_SELF})::int AS self_received, 0 AS resolved, 0 AS reopened,
           0 AS rejected, 0 AS rated, 0 AS satisfied, 0 AS score_sum, 0 AS handled_minutes, 0 AS stopped_minutes
        {_TICKET} {_between("occurred_at")}
    UNION ALL SELECT unit_id, {_day("resolved_at")}, 0, 0, 1, 0, 0, 0, 0, 0,
        CASE WHEN {_HANDLED} THEN handling_minutes ELSE 0 END, CASE WHEN {_HANDLED} THEN paused_minutes ELSE 0 END
        {_TICKET} {_between("resolved_at")}
    UNION ALL SELECT coalesce(reopened_unit_id, unit_id), {_day("reopened_at")}, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0
        {_TICKET} {_between("reopened_at")}
    UNION ALL SELECT unit_id, {_day("rejected_at")}, 0, 0, 0, 0, 1, 0, 0, 0, 0, 0 {_TICKET} {_between("rejected_at")}
    UNION ALL SELECT coalesce(rated_unit_id, unit_id), {_day("rated_at")}, 0, 0, 0, 0, 0, 1, (score >= 4)::int, score,
        0, 0 {_TICKET} {_between("rated_at")} AND recorded_by_id IS DISTINCT FROM coalesce(rated_unit_id, unit_id)
    UNION ALL SELECT (rating->>0)::bigint, {_day(_WHEN)}, 0, 0, 0, 0, 0, 1, ({_STAR} >= 4)::int, {_STAR}, 0, 0
        FROM feedback_ticket, jsonb_array_elements(other_ratings) AS rating
        WHERE other_ratings IS NOT NULL AND {_between(_WHEN)} AND recorded_by_id IS DISTINCT FROM (rating->>0)::bigint
"""
_CHANNEL_FACTS = f"""
    SELECT unit_id, channel_id, {_day("occurred_at")}, 1 AS received {_TICKET} {_between("occurred_at")}
"""
def _bin(minutes: str) -> str:
    return f"width_bucket({minutes}, ARRAY{EDGES}) AS bin"


_TOOK = "floor(extract(epoch FROM met_at - made_at) / 60)::int"
_DURATION_FACTS = f"""
    SELECT unit_id, 'handling' AS kind, {_day("resolved_at")}, {_bin("handling_minutes")}, 1 AS tickets
        {_TICKET} {_between("resolved_at")} AND {_HANDLED}
    UNION ALL SELECT unit_id, 'accepting', {_day("accepted_at")}, {_bin("minutes_to_accept")}, 1
        {_TICKET} {_between("accepted_at")} AND minutes_to_accept IS NOT NULL AND NOT ({_SELF})
    UNION ALL SELECT unit_id, 'forwarding', {_day("met_at")}, {_bin(_TOOK)}, 1
        FROM feedback_promise WHERE kind = 'forward' AND counts AND withdrawn_at IS NULL AND {_between("met_at")}
"""
_KEPT = "met_at IS NOT NULL AND met_at <= due_at"
_STANDS = "withdrawn_at IS NULL AND paused_at IS NULL AND counts"
_OTHERS = "NOT is_self_made AND kind = 'result'"
_PROMISE_FACTS = f"""
    SELECT unit_id, kind, {_day("due_at")}, (NOT is_self_made)::int AS due, ({_KEPT} AND NOT is_self_made)::int AS met,
           is_self_made::int AS self_due, ({_KEPT} AND is_self_made)::int AS self_met,
           (first_due_at IS NULL AND {_OTHERS})::int AS first_due,
           (first_due_at IS NULL AND {_KEPT} AND {_OTHERS})::int AS first_met
        FROM feedback_promise WHERE {_STANDS} AND {_between("due_at")}
    UNION ALL SELECT unit_id, kind, {_day("first_due_at")}, 0, 0, 0, 0, 1,
        (met_at IS NOT NULL AND met_at <= first_due_at)::int
        FROM feedback_promise
        WHERE {_STANDS} AND {_OTHERS} AND first_unit_id IS NULL AND {_between("first_due_at")}
    UNION ALL SELECT first_unit_id, kind, {_day("first_due_at")}, 0, 0, 0, 0, 1, 0
        FROM feedback_promise WHERE first_unit_id IS NOT NULL AND {_between("first_due_at")}
"""


_CATEGORY_FACTS = f"""
    SELECT unit_id, category_id, {_day("occurred_at")}, 1 AS received, 0 AS resolved, 0 AS due, 0 AS met
        {_TICKET} {_between("occurred_at")}
    UNION ALL SELECT unit_id, category_id, {_day("resolved_at")}, 0, 1, 0, 0 {_TICKET} {_between("resolved_at")}
    UNION ALL SELECT owed.unit_id, category_id, {_day("owed.due_at")}, 0, 0, 1, owed.kept
        FROM (SELECT ticket_id, unit_id, due_at, ({_KEPT})::int AS kept FROM feedback_promise
              WHERE {_STANDS} AND {_OTHERS} AND {_between("due_at")}) AS owed
        JOIN feedback_ticket AS ticket ON ticket.id = owed.ticket_id
"""


def _rollup(table, keys, types, measures, facts, span="day", of_city="true") -> Rollup:
    keys, types, measures = keys.split(), types.split(), measures.split()
    recount = _grouped(facts, keys, measures, of_city)
    return Rollup(f"dashboards_{table}", tuple(keys), tuple(types), tuple(measures), span, recount)


ROLLUPS: dict[str, Rollup] = {
    "hour": _rollup("unithour", "unit_id hour", "bigint timestamptz", "received resolved", _HOUR_FACTS, span="hour"),
    "day": _rollup("unitday", "unit_id day", "bigint date",
                   "received self_received resolved reopened rejected rated satisfied score_sum handled_minutes "
                   "stopped_minutes", _DAY_FACTS),
    "category": _rollup("categoryday", "unit_id category_id day", "bigint bigint date", "received resolved due met",
                        _CATEGORY_FACTS),
    "channel": _rollup("channelday", "unit_id channel_id day", "bigint bigint date", "received", _CHANNEL_FACTS),
    "duration": _rollup("durationday", "unit_id kind day bin", "bigint text date smallint", "tickets", _DURATION_FACTS,
                        of_city="kind <> 'forwarding'"),
    "promise": _rollup("promiseday", "unit_id kind day", "bigint text date",
                       "due met self_due self_met first_due first_met", _PROMISE_FACTS, of_city="kind = 'result'"),
}
