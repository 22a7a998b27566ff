"""What a unit's own operations centre shows: its figures against the city's and its peers', its work by urgency."""

from bisect import bisect_right
from collections import Counter
from datetime import datetime

from dashboards.figures import comparison, definitions, units
from dashboards.figures.periods import Period
from dashboards.screens import overview
from districts.models import Unit
from feedback.querysets import SQL_OVERDUE
from feedback.rules.workflow import State
from hcmc_ioc.lib.sql import rows

AGES = (1, 3, 7, 14)  # days; the backlog is cut at these


def unit(scope: Unit, period: Period, now: datetime) -> dict:
    """The unit's own part; changes with the unit's version."""
    late = overview.lines("late", scope, now)
    return overview.scope_context(scope, period, now, areas=scope.is_area) | {
        **backlog(scope, now),
        "late": late,
        "unaccepted": [] if late else overview.lines("unaccepted", scope, now),  # takes its place
        "next_due": overview.lines("next_due", scope, now),
        "newest": overview.lines("newest", scope, now),
    }


def peers(scope: Unit, period: Period, now: datetime) -> dict:
    """The unit among its peers; changes with the city's version."""
    alike = units.peers_of(scope)
    by_unit = definitions.figures([unit.pk for unit in alike], period, now, medians=False, withdrawn=False)
    standings = comparison.standings(alike, by_unit)
    return {
        "scope": scope,
        "period": period,
        "now": now,
        "peers": standings,
        "own": next(row for row in standings if row.unit == scope),
    }


_BACKLOG = f"""
    SELECT state, occurred_at, forwarded_at, coalesce({SQL_OVERDUE}, false) FROM feedback_ticket
    WHERE is_open AND unit_id = %(unit)s
"""


def backlog(scope: Unit, now: datetime) -> dict:
    """The open tickets in one look: `ages` as (from day, to day, in time, overdue), the last step without an upper
    edge, and since when the oldest one waits to be accepted."""
    all_of, late_of, unaccepted = Counter(), Counter(), []
    for state, occurred, forwarded, late in rows(_BACKLOG, {"unit": scope.pk, "now": now}):
        step = bisect_right(AGES, (now - occurred).total_seconds() / 86400)
        all_of[step] += 1
        late_of[step] += late
        if state == State.FORWARDED and forwarded:
            unaccepted.append(forwarded)
    edges = zip((0, *AGES), (*AGES, None), strict=True)
    return {
        "ages": [(low, high, all_of[n] - late_of[n], late_of[n]) for n, (low, high) in enumerate(edges)],
        "oldest_unaccepted": min(unaccepted, default=None),
    }
