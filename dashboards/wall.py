"""What the wall shows: few numbers, few shapes, no personal data, no words of citizens."""

from datetime import datetime

from dashboards import kpis, leagues, overview, series
from dashboards.periods import Period
from districts.models import Unit
from feedback.models import Ticket
from feedback.rulebook import rulebook

MONTH = 30
BEHIND_SHOWN = 8
WORST_SHOWN, BEST_SHOWN = 10, 3


def today(scope: Unit, now: datetime) -> dict:
    """Scene "today": four numbers, the hours against what is usual, and who is behind."""
    day, ended = series.current_day(scope.pk, now)
    figures = kpis.figures([scope.pk], Period(day, day), now, medians=False)[scope.pk]
    month = kpis.figures([scope.pk], Period.last(MONTH, day), now, medians=False)[scope.pk]
    yesterday = kpis.before(scope.pk, Period(day, day), now, medians=False)
    return {
        "scope": scope,
        "now": now,
        "figures": figures,
        "yesterday": yesterday,
        "month": month,
        "ended_on": ended,
        "hours": series.hours(scope.pk, day, now),
        "behind": behind(now) if scope.kind == Unit.Kind.CITY else None,
        "late": None if scope.kind == Unit.Kind.CITY else overview.late(Ticket.objects.of_units([scope.pk]), now),
    }


def behind(now: datetime) -> list[tuple[Unit, int]]:
    """The units with most overdue tickets, the most first."""
    units = {u.pk: u for u in Unit.objects.in_force().exclude(kind=Unit.Kind.CITY)}
    found = kpis.figures(units, Period.last(1, now.date()), now, medians=False)
    rows = sorted(((units[pk], f.overdue) for pk, f in found.items() if f.overdue), key=lambda row: -row[1])
    return rows[:BEHIND_SHOWN]


def units(scope: Unit, now: datetime) -> dict:
    """Scene "units": the on-time rate of every area on the tile map, the furthest behind and the best in words."""
    city_id = rulebook().city_id
    day, ended = series.current_day(city_id, now)
    period = Period.last(MONTH, day)
    areas = list(Unit.objects.in_force().areas())
    found = kpis.figures([city_id, *(u.pk for u in areas)], period, now, medians=False)
    rows = leagues.standings(areas, found)
    ranked = [row for row in rows if row.rank]
    best = ranked[:BEST_SHOWN]
    worst = ranked[BEST_SHOWN:][-WORST_SHOWN:]
    return {"scope": scope, "now": now, "period": period, "ended_on": ended, "rows": rows, "best": best,
            "worst": worst[::-1], "city_figures": found[city_id]}
