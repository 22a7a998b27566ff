"""What the city overview shows: everything a leader asks first, in about a dozen queries however long the history."""

from dataclasses import dataclass
from datetime import datetime

from django.utils.translation import gettext as _

from dashboards.figures import comparison, definitions, series, units
from dashboards.figures.definitions import Figures
from dashboards.figures.periods import Period
from dashboards.figures.registry import FIGURES, Figure
from districts.models import Unit, peer_group_name
from feedback.models import Ticket
from feedback.querysets import SQL_OVERDUE
from feedback.rules.rulebook import rulebook
from feedback.rules.workflow import State
from hcmc_ioc.lib.stats import change

TILES = ("received", "open", "overdue", "on_time", "median_minutes", "satisfaction")


@dataclass(frozen=True)
class Tile:
    """One big number with its line; `previous` is the same figure of the period before."""

    figure: Figure
    value: float | int | None
    previous: float | int | None
    spark: tuple
    note: str
    cases: tuple[int, ...] = ()  # on how many it stands, and how many before; of a count itself nothing

    @property
    def change(self) -> float | None:
        return change(self.value, self.previous)


def scope_context(scope: Unit, period: Period, now: datetime, among: list[Unit] = (), *, areas: bool = False,
                  medians: list[int] = ()) -> dict:
    """What city and unit screens have in common, for one scope; `by_unit` has the figures of the units `among` too."""
    by_unit = definitions.figures([scope.pk, *(u.pk for u in among)], period, now, medians=[scope.pk, *medians],
                                  areas=areas)
    figures = by_unit[scope.pk]
    before = definitions.before([scope.pk], period, now)[scope.pk]
    today = now.astimezone(rulebook().zone).date()
    by_day = series.daily(scope.pk, period, "received", "resolved", today=today)
    sparks = by_day | {"on_time": series.daily_on_time(scope.pk, period, today)}
    one_day = period.days == 1
    return {
        "scope": scope,
        "period": period,
        "now": now,
        "figures": figures,
        "by_unit": by_unit,
        "before": before,
        "tiles": tiles(figures, before, sparks),
        "by_day": None if one_day else by_day,
        "days": period.each_day(),
        "hours": series.hours(scope.pk, period.end, now) if one_day else None,
        "over": period.over(today),
        "fields": series.by_field(scope.pk, period, today),
    }


def tiles(now: Figures, before: Figures, sparks: dict[str, list]) -> list[Tile]:
    """The big numbers of a scope, in the order in which leaders ask; the standing ones say that they are as of now."""
    found = []
    for figure in map(FIGURES.__getitem__, TILES):
        standing = figure.is_standing
        note = figure.note(now) if figure.note else ""
        cases = (getattr(now, figure.cases), getattr(before, figure.cases)) if figure.cases else ()
        found.append(Tile(
            figure, figure.value(now), None if standing else figure.value(before), tuple(sparks.get(figure.code, ())),
            _("hiện nay; %(note)s") % {"note": note} if standing else note, cases,
        ))
    return found


def city(period: Period, now: datetime) -> dict:
    everybody = units.in_force()
    context = scope_context(units.city(), period, now, everybody, medians=[rulebook().unassigned_id])
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
        "late": lines("late", units.city(), now),
        "newest": lines("newest", units.city(), now),
    }


def all_units(found: list[Unit], period: Period, now: datetime) -> dict:
    """Groups of units in bands, each with its figures and those of the period before."""
    ids = [unit.pk for unit in found]
    by_unit = definitions.figures(ids, period, now)
    before = definitions.before(ids, period, now, medians=False)
    groups = comparison.groups(found, by_unit)
    return {
        "period": period, "now": now,
        "groups": [(name, [(row, before[row.unit.pk]) for row in rows]) for name, rows in named(groups)],
    }


def named(groups: dict[str, list]) -> list[tuple[str, list]]:
    """The groups that are compared, each with its name and its rows."""
    return [(peer_group_name(code), rows) for code, rows in groups.items()]


LINES = {  # what the eight tickets of a short list are, and their order
    "late": (f"is_open AND {SQL_OVERDUE}", "due_at"),  # overdue longest
    "next_due": ("is_open AND paused_at IS NULL AND due_at > %(now)s", "due_at"),
    "unaccepted": (f"is_open AND state = '{State.FORWARDED}'", "due_at"),
    "newest": ("true", "occurred_at DESC"),
}
_LINES = """
    SELECT id, code, title, address, unit_id, area_id, category_id, occurred_at, due_at, paused_at FROM feedback_ticket
    WHERE {} AND (%(all)s OR unit_id = %(unit)s) ORDER BY {} LIMIT 8
"""


def lines(which: str, scope: Unit, now: datetime) -> list[Ticket]:
    """A short list of the tickets of `scope`, with what a line of it shows alone."""
    given = {"now": now, "unit": scope.pk, "all": scope.kind == Unit.Kind.CITY}
    return rulebook().with_catalogue(Ticket.objects.raw(_LINES.format(*LINES[which]), given))
