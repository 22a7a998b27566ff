"""Who keeps a set in a unit now: the named keeper, then the substitute, while they work there; who leads the unit."""

from collections import defaultdict
from collections.abc import Collection, Iterable
from datetime import date

from django.utils import timezone

from accounts.models import Membership
from accounts.roles import UNIT, Role
from districts.models import Unit
from indicators.models import Keeper

Place = tuple[int, int]  # a set and a unit


def present(unit_ids: Collection[int], on: date | None = None) -> dict[Place, list[int]]:
    """The people who keep each set of these units, the keeper before the substitute; those who left are left out, and
    a set that somebody was named for stands there with nobody."""
    named = list(Keeper.objects.filter(unit__in=unit_ids).values_list(
        "value_set_id", "unit_id", "user_id", "substitute_id"))
    places = _places({pk for _set, _unit, *people in named for pk in people if pk}, on)
    return {(value_set, unit): [pk for pk in people if pk and unit in places[pk]]
            for value_set, unit, *people in named}


def leaders(unit_ids: Collection[int], on: date | None = None) -> dict[int, list[int]]:
    """Who leads each of these units."""
    found: defaultdict[int, list[int]] = defaultdict(list)
    rows = Membership.objects.valid(on).filter(role=Role.UNIT_LEADER, unit__in=unit_ids, user__is_active=True)
    for unit, user in rows.order_by("user_id").values_list("unit_id", "user_id"):
        found[unit].append(user)
    return found


def without(places: Iterable[Place], on: date | None = None) -> tuple[set[Place], set[Place]]:
    """Those of these sets of units that nobody keeps now: for which nobody was named, and whose people have left."""
    asked = set(places)
    kept = present({unit for _set, unit in asked}, on)
    return asked - kept.keys(), {place for place in asked if place in kept and not kept[place]}


def _places(user_ids: Collection[int], on: date | None) -> defaultdict[int, set[int]]:
    """The units for which each of these people works, in any of their roles, and everything below."""
    found: defaultdict[int, set[int]] = defaultdict(set)
    if user_ids:
        rows = Membership.objects.valid(on or timezone.localdate()).filter(
            user__in=user_ids, role__in=UNIT, user__is_active=True)
        for user, unit in rows.values_list("user_id", "unit_id"):
            found[user].update(Unit.objects.subtree_ids(unit))
    return found
