"""The rollup tables as the fold, the rebuild and the check see them: keys, measures, and the SQL that recounts them."""

from dataclasses import dataclass

from dashboards.figures.contribution import EDGES

CITY, FROM, TO, ZONE = "%(city)s", "%(from)s", "%(to)s", "%(zone)s"


@dataclass(frozen=True)
class Rollup:
    """`keys` and `measures` are columns; `types` the SQL types of the keys; `span` the time column of the key."""

    table: str
    keys: tuple[str, ...]
    types: tuple[str, ...]
    measures: tuple[str, ...]
    span: str
    recount: str  # SELECT keys, measures of all rows of [from, to); parameters: city, from, to (instants), zone


def _grouped(facts: str, keys: tuple[str, ...], measures: tuple[str, ...]) -> str:
    """Sum `facts` per unit, and those sums once more for the city."""
    rest = ", ".join(keys[1:])
    sums = ", ".join(f"sum({m})::int AS {m}" for m in measures)
    return (
        f"WITH by_unit AS (SELECT unit_id, {rest}, {sums} FROM ({facts}) AS facts GROUP BY unit_id, {rest}) "
        f"SELECT * FROM by_unit UNION ALL SELECT {CITY}, {rest}, {sums} FROM by_unit GROUP BY {rest}"
    )


def _between(column: str) -> str:
    return f"{column} >= {FROM} AND {column} < {TO}"


def _day(column: str) -> str:
    return f"({column} AT TIME ZONE {ZONE})::date AS day"


def _hour(column: str) -> str:
    return f"date_trunc('hour', {column}, 'UTC') AS hour"


_TICKET = "FROM feedback_ticket WHERE "
_SELF = "recorded_by_id IS NOT NULL AND recorded_by_id = unit_id"

_HOUR_FACTS = f"""
    SELECT unit_id, {_hour("occurred_at")}, 1 AS received, 0 AS resolved {_TICKET} {_between("occurred_at")}
    UNION ALL SELECT unit_id, {_hour("resolved_at")}, 0, 1 {_TICKET} {_between("resolved_at")}
"""
_DAY_FACTS = f"""
    SELECT unit_id, {_day("occurred_at")}, 1 AS received, ({_SELF})::int AS self_received, 0 AS resolved, 0 AS reopened,
           0 AS rejected, 0 AS rated, 0 AS satisfied, 0 AS score_sum {_TICKET} {_between("occurred_at")}
    UNION ALL SELECT unit_id, {_day("resolved_at")}, 0, 0, 1, 0, 0, 0, 0, 0 {_TICKET} {_between("resolved_at")}
    UNION ALL SELECT unit_id, {_day("reopened_at")}, 0, 0, 0, 1, 0, 0, 0, 0 {_TICKET} {_between("reopened_at")}
    UNION ALL SELECT unit_id, {_day("rejected_at")}, 0, 0, 0, 0, 1, 0, 0, 0 {_TICKET} {_between("rejected_at")}
    UNION ALL SELECT unit_id, {_day("rated_at")}, 0, 0, 0, 0, 0, 1, (score >= 4)::int, score
        {_TICKET} {_between("rated_at")}
"""
_CATEGORY_FACTS = f"""
    SELECT unit_id, category_id, {_day("occurred_at")}, 1 AS received, 0 AS resolved {_TICKET} {_between("occurred_at")}
    UNION ALL SELECT unit_id, category_id, {_day("resolved_at")}, 0, 1 {_TICKET} {_between("resolved_at")}
"""
_CHANNEL_FACTS = f"""
    SELECT unit_id, channel_id, {_day("occurred_at")}, 1 AS received {_TICKET} {_between("occurred_at")}
"""
_HANDLING_FACTS = f"""
    SELECT unit_id, {_day("resolved_at")}, width_bucket(handling_minutes, ARRAY{EDGES}) AS bin, 1 AS resolved
    {_TICKET} {_between("resolved_at")} AND handling_minutes IS NOT NULL AND NOT ({_SELF})
"""
_KEPT = "met_at IS NOT NULL AND met_at <= due_at"
_PROMISE_FACTS = f"""
    SELECT unit_id, {_day("due_at")}, (NOT is_self_made)::int AS due, ({_KEPT} AND NOT is_self_made)::int AS met,
           is_self_made::int AS self_due, ({_KEPT} AND is_self_made)::int AS self_met
    FROM feedback_promise WHERE withdrawn_at IS NULL AND paused_at IS NULL AND {_between("due_at")}
"""


def _rollup(table, keys, types, measures, facts, span="day") -> Rollup:
    keys, types, measures = keys.split(), types.split(), measures.split()
    return Rollup(
        f"dashboards_{table}", tuple(keys), tuple(types), tuple(measures), span, _grouped(facts, keys, measures)
    )


ROLLUPS: dict[str, Rollup] = {
    "hour": _rollup("unithour", "unit_id hour", "bigint timestamptz", "received resolved", _HOUR_FACTS, span="hour"),
    "day": _rollup("unitday", "unit_id day", "bigint date",
                   "received self_received resolved reopened rejected rated satisfied score_sum", _DAY_FACTS),
    "category": _rollup("categoryday", "unit_id category_id day", "bigint bigint date", "received resolved",
                        _CATEGORY_FACTS),
    "channel": _rollup("channelday", "unit_id channel_id day", "bigint bigint date", "received", _CHANNEL_FACTS),
    "handling": _rollup("handlingday", "unit_id day bin", "bigint date smallint", "resolved", _HANDLING_FACTS),
    "promise": _rollup("promiseday", "unit_id day", "bigint date", "due met self_due self_met", _PROMISE_FACTS),
}
