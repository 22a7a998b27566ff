"""Who is responsible: the first routing rule that fits. Pure over the rows passed in."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any


@dataclass(frozen=True)
class Place:
    """What routing asks about: a category and its field, where it is, how urgent, and the local moment."""

    category_id: int
    field_id: int | None  # the category's parent
    area_id: int | None
    area_line: tuple[int, ...]  # the area and everything above it
    urgency: str
    at: datetime  # local


@dataclass(frozen=True)
class Routed:
    unit_id: int  # the place's own area where the rule says so, and then there is one
    coordinating_ids: tuple[int, ...]
    rule: Any  # the RoutingRule row that matched


def _fits(rule, place: Place) -> bool:
    day = place.at.date()
    clock = place.at.time()
    if rule.valid_from > day or (rule.valid_to and rule.valid_to < day):
        return False
    if rule.category_id and rule.category_id not in (place.category_id, place.field_id):
        return False
    if rule.area_id and rule.area_id not in place.area_line:
        return False
    if rule.urgency and rule.urgency != place.urgency:
        return False
    if rule.weekdays and str(place.at.isoweekday()) not in rule.weekdays:
        return False
    if rule.time_from and rule.time_to:
        if rule.time_from <= rule.time_to:
            in_hours = rule.time_from <= clock < rule.time_to
        else:  # over midnight
            in_hours = clock >= rule.time_from or clock < rule.time_to
        if not in_hours:
            return False
    return not (rule.to_area and place.area_id is None)


def choose(rules, place: Place) -> Routed | None:
    """The first of `rules` (already in order; each with `.coordinating_ids`) that fits, or None: nobody is known."""
    for rule in rules:
        if _fits(rule, place):
            unit_id: Any = place.area_id if rule.to_area else rule.responsible_id
            return Routed(unit_id, tuple(rule.coordinating_ids), rule)
    return None
