"""What the city overview shows: everything a leader asks first, in about a dozen queries however long the history."""

from dataclasses import dataclass
from datetime import datetime

from dashboards import kpis, leagues, series, units
from dashboards.kpis import Figures
from dashboards.periods import Period
from districts.models import Unit
from feedback.models import Ticket
from feedback.rulebook import rulebook
from hcmc_ioc.lib.stats import change

LATE_SHOWN = 8
NEWEST_SHOWN = 8


@dataclass(frozen=True)
class Tile:
    """One big number. `name` is the figure (and the list behind it); `previous` the same for the period before."""

    name: str
    value: float | int | None
    previous: float | int | None = None
    spark: list | None = None
    beside: dict | None = None  # further figures said in words under the number

    @property
    def change(self) -> float | None:
        return change(self.value, self.previous)


def scope_context(scope: Unit, period: Period, now: datetime, among: list[Unit] = ()) -> dict:
    """What city and unit screens have in common, for one scope; `by_unit` has the figures of the units `among` too."""
    by_unit = kpis.figures([scope.pk, *(u.pk for u in among)], period, now, medians=[scope.pk])
    figures = by_unit[scope.pk]
    before = kpis.before(scope.pk, period, now)
    today = now.astimezone(rulebook().zone).date()
    by_day = series.daily(scope.pk, period, "received", "resolved")
    one_day = period.days == 1
    return {
        "scope": scope,
        "period": period,
        "now": now,
        "figures": figures,
        "by_unit": by_unit,
        "before": before,
        "tiles": tiles(figures, before, by_day, series.daily_on_time(scope.pk, period, today)),
        "by_day": None if one_day else by_day,
        "days": period.each_day(),
        "hours": series.hours(scope.pk, period.end, now) if one_day else None,
        "fields": series.by_field(scope.pk, period),
    }


def tiles(now: Figures, before: Figures, by_day: dict, on_time: list) -> list[Tile]:
    return [
        Tile("received", now.received, before.received, by_day["received"]),
        Tile("open", now.open, beside={"to_forward": now.to_forward}),
        Tile("overdue", now.overdue, beside={"due_soon": now.due_soon}),
        Tile("on_time", now.on_time, before.on_time, on_time, {"due": now.due, "due_met": now.due_met}),
        Tile("median", now.median_minutes, before.median_minutes, beside={"p90": kpis.quantile(now.histogram, 0.9)}),
        Tile("satisfaction", now.satisfaction, before.satisfaction, beside={"rated": now.rated}),
    ]


def city(period: Period, now: datetime) -> dict:
    everybody = units.in_force()
    context = scope_context(units.city(), period, now, everybody)
    by_unit = context["by_unit"]
    working = [u for u in everybody if u.kind != Unit.Kind.UNASSIGNED]
    areas = [u for u in working if u.is_area]
    organisations = [u for u in working if not u.is_area and (by_unit[u.pk].received or by_unit[u.pk].open)]
    return context | {
        "areas": leagues.standings(areas, by_unit),
        "organisations": leagues.standings(organisations, by_unit),
        "unassigned": next(((u, by_unit[u.pk]) for u in everybody if u.kind == Unit.Kind.UNASSIGNED), None),
        "late": late(Ticket.objects.all(), now),
        "newest": newest(Ticket.objects.all()),
    }


def late(tickets, now: datetime):
    """The tickets that have been overdue longest."""
    return light(tickets.overdue(now).order_by("due_at")[:LATE_SHOWN])


def newest(tickets):
    return light(tickets.order_by("-occurred_at")[:NEWEST_SHOWN])


def light(tickets) -> list[Ticket]:
    """Only what a line of a list shows."""
    shown = "code title address unit_id area_id category_id occurred_at due_at paused_at".split()
    return rulebook().complete(tickets.only(*shown))
