"""What the wall shows: few numbers, few shapes, no personal data, no words of citizens."""

from collections.abc import Iterable
from datetime import datetime

from dashboards.figures import comparison, definitions, series
from dashboards.figures.definitions import Figures
from dashboards.figures.periods import Period
from dashboards.screens import overview
from districts.models import Unit
from feedback.rules.rulebook import rulebook
from indicators import board
from indicators.models import Indicator
from indicators.states import State

MONTH = 30
BEHIND_SHOWN = 8
WORST_SHOWN, BEST_SHOWN = 10, 3
RED_SHOWN = 12


def today(scope: Unit, now: datetime) -> dict:
    """Scene "today": four numbers, the hours against what is usual, and who is behind."""
    day, ended = series.current_day(scope.pk, now)
    others = Unit.objects.in_force().exclude(pk=scope.pk) if scope.kind == Unit.Kind.CITY else []
    by_unit = definitions.figures([scope.pk, *(u.pk for u in others)], Period(day, day), now, medians=False)
    month = definitions.figures([scope.pk], Period.last(MONTH, day), now, medians=False)[scope.pk]
    yesterday = definitions.before([scope.pk], Period(day, day), now, medians=False)[scope.pk]
    return {
        "scope": scope,
        "now": now,
        "figures": by_unit[scope.pk],
        "yesterday": yesterday,
        "month": month,
        "ended_on": ended,
        "hours": series.hours(scope.pk, day, now),
        "behind": behind(others, by_unit) if scope.kind == Unit.Kind.CITY else None,
        "late": None if scope.kind == Unit.Kind.CITY else overview.lines("late", scope, now),
    }


def behind(units: Iterable[Unit], by_unit: dict[int, Figures]) -> list[tuple[Unit, int]]:
    """The units with most overdue tickets, the most first."""
    rows = [(unit, by_unit[unit.pk].overdue) for unit in units if by_unit[unit.pk].overdue]
    return sorted(rows, key=lambda row: -row[1])[:BEHIND_SHOWN]


def numbers(scope: Unit, now: datetime) -> dict:
    """Scene "numbers": which open indicators miss their target, field by field; passed over while none does."""
    found = board.of_city(_open()) if scope.kind == Unit.Kind.CITY else board.of_unit(_open(), scope.pk)
    red = [row for row in found if row.is_red]
    judged = sum(row.standing.state not in (State.NONE, State.UNKNOWN) for row in found)
    red.sort(key=lambda row: (row.indicator.field.position, row.indicator.name_vi))
    return {"scope": scope, "now": now, "rows": red[:RED_SHOWN], "red": len(red), "judged": judged,
            "is_empty": not red}


def _open() -> list[Indicator]:
    kept = (Indicator.Source.DELIVERED, Indicator.Source.FORMULA)
    return [one for one in board.catalogue() if one.access == Indicator.Access.OPEN and one.source in kept]


def units(scope: Unit, now: datetime) -> dict:
    """Scene "units": the on-time rate of every area on the tile map; which are clearly lower or better than their
    like."""
    city_id = rulebook().city_id
    day, ended = series.current_day(city_id, now)
    period = Period.last(MONTH, day)
    areas = list(Unit.objects.in_force().areas())
    by_unit = definitions.figures([city_id, *(u.pk for u in areas)], period, now, medians=False)
    rows = [row for group in comparison.groups(areas, by_unit).values() for row in group]
    by_rate = sorted(rows, key=lambda row: row.figures.on_time or 0.0)
    worst = [row for row in by_rate if row.band == "worse"][:WORST_SHOWN]
    best = [row for row in reversed(by_rate) if row.band == "better"][:BEST_SHOWN]
    return {"scope": scope, "now": now, "period": period, "ended_on": ended, "rows": rows, "best": best,
            "worst": worst, "city_figures": by_unit[city_id]}
