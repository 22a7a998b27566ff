"""The catalogue and rules in force, read once and kept for ten seconds: what the pure modules work on."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from django.conf import settings

from districts.calendar import Calendar
from districts.calendars import calendar_for
from districts.models import Unit
from feedback.models import Category, Channel, DeadlineRule, RoutingRule, Ticket
from feedback.rules import deadlines, routing
from hcmc_ioc.lib.caching import ttl_cache


@dataclass(frozen=True)
class Rulebook:
    categories: dict[int, Category]
    channels: dict[int, Channel]
    units: dict[int, Unit]
    deadline_rules: list[DeadlineRule]
    routing_rules: list[RoutingRule]  # each with `coordinating_ids`
    unassigned_id: int
    city_id: int
    zone: ZoneInfo

    def calendar(self, unit_id: int | None) -> Calendar:
        return calendar_for(unit_id)

    def area_line(self, area_id: int | None) -> tuple[int, ...]:
        """The area and everything above it, from the bottom up."""
        line = []
        while area_id is not None:
            line.append(area_id)
            area_id = self.units[area_id].parent_id
        return tuple(line)

    def in_one_line(self, one: int, other: int) -> bool:
        """Whether they are one unit, or one is above the other; the city, which is above all, counts for none."""
        return self.city_id not in (one, other) and (one in self.area_line(other) or other in self.area_line(one))

    def route(self, *, category_id: int, area_id: int | None, urgency: str, at: datetime) -> routing.Routed | None:
        place = routing.Place(
            category_id=category_id,
            field_id=self.categories[category_id].parent_id,
            area_id=area_id,
            area_line=self.area_line(area_id),
            urgency=urgency,
            at=at.astimezone(self.zone),
        )
        return routing.choose(self.routing_rules, place)

    def with_catalogue(self, tickets: Iterable[Ticket]) -> list[Ticket]:
        """The tickets with their unit, area, category and channel from here: a list then needs no joins.

        A row of the catalogue that is younger than this book is left to the database, a column not read alone.
        """
        rows = list(tickets)
        catalogue: tuple[tuple[str, dict], ...] = (
            ("unit", self.units), ("area", self.units), ("category", self.categories), ("channel", self.channels),
        )
        for ticket in rows:
            for name, known in catalogue:
                if (row := known.get(ticket.__dict__.get(f"{name}_id", 0))) is not None:
                    setattr(ticket, name, row)
        return rows

    def with_units(self, rows: Iterable) -> list:
        """Rows that name a unit, with it from here."""
        found = list(rows)
        for row in found:
            if (unit := self.units.get(row.unit_id)) is not None:
                row.unit = unit
        return found

    def due(self, kind: str, *, category_id: int, urgency: str, needs_several: bool, start: datetime,
            unit_id: int | None) -> deadlines.Due | None:
        """The promise of `kind` for a ticket of this category, made at `start`; None when there is no rule."""
        case = self._case(category_id, urgency, needs_several, start)
        return deadlines.due(self.deadline_rules, kind, case, start, self.calendar(unit_id))

    def rule(self, kind: str, ticket: Ticket, at: datetime, urgency: str = "") -> DeadlineRule | None:
        """The limit of `kind` that holds for `ticket` at `at` (as if it were of that urgency); None where the city sets
        none."""
        case = self._case(ticket.category_id, urgency or ticket.urgency, ticket.needs_several, at)
        return deadlines.choose(self.deadline_rules, kind, case)

    def level_of(self, rule_id: int | None) -> str:
        """The urgency that a deadline rule is for; "" where it is for all."""
        return next((rule.urgency for rule in self.deadline_rules if rule.pk == rule_id), "")

    def _case(self, category_id: int, urgency: str, needs_several: bool, at: datetime) -> deadlines.Case:
        return deadlines.Case(
            category_id=category_id,
            field_id=self.categories[category_id].parent_id,
            urgency=urgency,
            needs_several=needs_several,
            on=at.astimezone(self.zone).date(),
        )


@ttl_cache(seconds=10)
def rulebook() -> Rulebook:
    """The rules as they stand in the database, at most ten seconds old."""
    routing_rules = list(RoutingRule.objects.prefetch_related("coordinating").order_by("position"))
    for rule in routing_rules:
        rule.coordinating_ids = tuple(unit.pk for unit in rule.coordinating.all())
    units = {unit.pk: unit for unit in Unit.objects.all()}
    return Rulebook(
        categories={c.pk: c for c in Category.objects.select_related("parent")},
        channels={c.pk: c for c in Channel.objects.all()},
        units=units,
        deadline_rules=list(DeadlineRule.objects.order_by("position")),
        routing_rules=routing_rules,
        unassigned_id=next(u.pk for u in units.values() if u.kind == Unit.Kind.UNASSIGNED),
        city_id=next(u.pk for u in units.values() if u.kind == Unit.Kind.CITY),
        zone=ZoneInfo(settings.TIME_ZONE),
    )
