"""What a unit's own operations centre shows: its figures against the city's and its peers', its work by urgency."""

from datetime import datetime, timedelta

from django.db.models import Count, Q

from dashboards import kpis, leagues, overview
from dashboards.periods import Period
from districts.models import Unit
from feedback.models import Ticket
from feedback.rulebook import rulebook
from feedback.workflow import State

AGES = (1, 3, 7, 14)  # days; the backlog is cut at these


def unit(scope: Unit, period: Period, now: datetime) -> dict:
    """The unit's own part; changes with the unit's version."""
    tickets = Ticket.objects.of_units([scope.pk])
    ahead = tickets.open().filter(paused_at=None, due_at__gt=now)
    return overview.scope_context(scope, period, now) | {
        "ages": ages(tickets, now),
        "waiting": waiting(tickets),
        "late": overview.late(tickets, now),
        "next_due": ahead.select_related("category").defer("search", "body").order_by("due_at")[:8],
        "newest": overview.newest(tickets),
    }


def peers(scope: Unit, period: Period, now: datetime) -> dict:
    """The unit among its peers; changes with the city's version."""
    units = list(Unit.objects.in_force().peers_of(scope))
    if scope not in units:
        units.append(scope)
    city_id = rulebook().city_id
    found = kpis.figures([city_id, *(u.pk for u in units)], period, now, medians=False)
    rows = leagues.standings(units, found)
    return {
        "scope": scope,
        "period": period,
        "now": now,
        "city_figures": found[city_id],
        "peers": rows,
        "own": next(row for row in rows if row.unit == scope),
        "ranked": sum(row.rank is not None for row in rows),
    }


def ages(tickets, now: datetime) -> list[tuple[int, int | None, int, int]]:
    """The open tickets by age: (from day, to day, in time, overdue); the last step has no upper edge."""
    edges = [0, *AGES, None]
    late = Q(paused_at=None, due_at__lte=now)
    counts = {}
    for number, (low, high) in enumerate(zip(edges, edges[1:], strict=False)):
        inside = Q(occurred_at__lte=now - timedelta(days=low))
        if high is not None:
            inside &= Q(occurred_at__gt=now - timedelta(days=high))
        counts[f"all_{number}"] = Count("pk", filter=inside)
        counts[f"late_{number}"] = Count("pk", filter=inside & late)
    found = tickets.open().aggregate(**counts)
    return [
        (low, high, found[f"all_{n}"] - found[f"late_{n}"], found[f"late_{n}"])
        for n, (low, high) in enumerate(zip(edges, edges[1:], strict=False))
    ]


def waiting(tickets) -> dict:
    """How many tickets stand in each open state, and since when the oldest one waits to be accepted."""
    by_state = dict(tickets.open().values_list("state").annotate(Count("pk")))
    unaccepted = tickets.open().filter(state=State.FORWARDED).order_by("forwarded_at")
    return {"by_state": by_state, "oldest_unaccepted": unaccepted.values_list("forwarded_at", flat=True).first()}
