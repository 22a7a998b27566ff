"""What a unit's own operations centre shows: its figures against the city's and its peers', its work by urgency."""

from bisect import bisect_right
from collections import Counter
from datetime import datetime

from django.db.models import Case, When

from dashboards.figures import comparison, definitions, units
from dashboards.figures.periods import Period
from dashboards.screens import overview
from districts.models import Unit
from feedback.models import Ticket
from feedback.querysets import is_overdue
from feedback.rules.workflow import State

AGES = (1, 3, 7, 14)  # days; the backlog is cut at these


def unit(scope: Unit, period: Period, now: datetime) -> dict:
    """The unit's own part; changes with the unit's version."""
    tickets = Ticket.objects.of_units([scope.pk])
    ahead = tickets.open().filter(paused_at=None, due_at__gt=now)
    unaccepted = tickets.open().filter(state=State.FORWARDED)
    late = overview.late(tickets, now)
    return overview.scope_context(scope, period, now, areas=scope.is_area) | {
        **backlog(tickets, now),
        "late": late,
        "unaccepted": [] if late else overview.light(unaccepted.order_by("due_at")[:8]),  # takes its place
        "next_due": overview.light(ahead.order_by("due_at")[:8]),
        "newest": overview.newest(tickets),
    }


def peers(scope: Unit, period: Period, now: datetime) -> dict:
    """The unit among its peers; changes with the city's version."""
    alike = units.peers_of(scope)
    by_unit = definitions.figures([unit.pk for unit in alike], period, now, medians=False)
    rows = comparison.standings(alike, by_unit)
    return {
        "scope": scope,
        "period": period,
        "now": now,
        "peers": rows,
        "own": next(row for row in rows if row.unit == scope),
    }


def backlog(tickets, now: datetime) -> dict:
    """The open tickets in one look: `ages` as (from day, to day, in time, overdue), the last step without an upper
    edge, and since when the oldest one waits to be accepted."""
    all_of, late_of, unaccepted = Counter(), Counter(), []
    late = Case(When(is_overdue(now), then=True), default=False)
    rows = tickets.open().values_list("state", "occurred_at", "forwarded_at", late)
    for state, occurred, forwarded, late in rows:
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
