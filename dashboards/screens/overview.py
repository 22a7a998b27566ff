"""What the city overview shows: everything a leader asks first, in about a dozen queries however long the history."""

from dataclasses import dataclass
from datetime import datetime

from django.utils.translation import gettext_lazy as _

from dashboards.figures import comparison, definitions, series, units
from dashboards.figures.definitions import Figures
from dashboards.figures.periods import Period
from dashboards.figures.registry import FIGURES, Figure
from districts.models import Unit
from feedback.models import Ticket
from feedback.rules.rulebook import rulebook
from hcmc_ioc.lib.stats import change

LATE_SHOWN = 8
NEWEST_SHOWN = 8


TILES = ("received", "open", "overdue", "on_time", "median_minutes", "satisfaction")
STANDING = frozenset({"open", "overdue"})  # as of now: a period before has no meaning for them


@dataclass(frozen=True)
class Tile:
    """One big number with its line; `previous` is the same figure of the period before."""

    figure: Figure
    value: float | int | None
    previous: float | int | None
    spark: list | None
    note: str

    @property
    def change(self) -> float | None:
        return change(self.value, self.previous)


def scope_context(scope: Unit, period: Period, now: datetime, among: list[Unit] = (), *, areas: bool = False) -> dict:
    """What city and unit screens have in common, for one scope; `by_unit` has the figures of the units `among` too."""
    by_unit = definitions.figures([scope.pk, *(u.pk for u in among)], period, now, medians=[scope.pk], areas=areas)
    figures = by_unit[scope.pk]
    before = definitions.before(scope.pk, period, now)
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
        "tiles": tiles(figures, before, by_day | {"on_time": series.daily_on_time(scope.pk, period, today)}),
        "by_day": None if one_day else by_day,
        "days": period.each_day(),
        "hours": series.hours(scope.pk, period.end, now) if one_day else None,
        "fields": series.by_field(scope.pk, period),
    }


def tiles(now: Figures, before: Figures, sparks: dict[str, list]) -> list[Tile]:
    """The big numbers of a scope, in the order in which leaders ask."""
    return [
        Tile(
            figure, figure.value(now), None if code in STANDING else figure.value(before), sparks.get(code),
            figure.note(now) if figure.note else "",
        )
        for code in TILES
        for figure in [FIGURES[code]]
    ]


def city(period: Period, now: datetime) -> dict:
    everybody = units.in_force()
    context = scope_context(units.city(), period, now, everybody)
    by_unit = context["by_unit"]
    working = [u for u in everybody if u.kind != Unit.Kind.UNASSIGNED]
    areas = [u for u in working if u.is_area]
    organisations = [u for u in working if not u.is_area and (by_unit[u.pk].received or by_unit[u.pk].open)]
    of_areas, of_others = comparison.groups(areas, by_unit), comparison.groups(organisations, by_unit)
    return context | {
        "areas": [row for rows in of_areas.values() for row in rows],
        "area_groups": named(of_areas),
        "organisation_groups": named(of_others),
        "unassigned": next(((u, by_unit[u.pk]) for u in everybody if u.kind == Unit.Kind.UNASSIGNED), None),
        "late": late(Ticket.objects.all(), now),
        "newest": newest(Ticket.objects.all()),
    }


GROUPS = {  # of `Unit.peer_group`
    "urban": _("Quận và thành phố thuộc Thành phố"), "rural": _("Huyện"), "ward": _("Phường"),
    "commune": _("Xã và đặc khu"), "neighbourhood": _("Khu phố"), "department": _("Sở"),
    "centre": _("Trung tâm và ban quản lý dự án"), "utility": _("Doanh nghiệp dịch vụ công"),
}


def named(groups: dict[str, list]) -> list[tuple[str, list]]:
    """The groups that are compared, each with its name and its rows."""
    return [(GROUPS[code], rows) for code, rows in groups.items()]


def late(tickets, now: datetime):
    """The tickets that have been overdue longest."""
    return light(tickets.overdue(now).order_by("due_at")[:LATE_SHOWN])


def newest(tickets):
    return light(tickets.order_by("-occurred_at")[:NEWEST_SHOWN])


def light(tickets) -> list[Ticket]:
    """Only what a line of a list shows."""
    shown = "code title address unit_id area_id category_id occurred_at due_at paused_at".split()
    return rulebook().with_catalogue(tickets.only(*shown))
