"""The vocabulary of units: which are in force, which have an area, what lies below one."""

from datetime import date

from django.db import connections, models
from django.db.models import Q
from django.utils import timezone

from hcmc_ioc.lib.caching import ttl_cache

from .cities import city, map_in_force

_SUBTREE = """
    WITH RECURSIVE tree(id) AS (
        SELECT %s::bigint
        UNION ALL
        SELECT unit.id FROM districts_unit unit JOIN tree ON unit.parent_id = tree.id
    ) SELECT id FROM tree
"""


class UnitQuerySet(models.QuerySet):
    def in_force(self, on: date | None = None, map: str | None = None):
        """The units that work on the day `on` (default: today) under `map` (default: `IOC_MAP`).

        The map chosen decides about areas, the dates about everybody else. A city that goes on working by its
        map of 2022 has those 22 districts today as well, though the law ended them: so, for areas, `on` is
        first moved into the period of the map. A change *within* that period counts, the end of the period
        does not.
        """
        on = on or timezone.localdate()
        chosen = map or map_in_force()
        if not city().maps:  # a city without areas
            return self.filter(_covers(on), map="")
        known = city().maps.get(chosen)
        if known is None:
            raise ValueError(f"unknown map {chosen!r}; known: {', '.join(sorted(city().maps))}")
        return self.filter(Q(map="") & _covers(on) | Q(map=chosen) & _covers(known.nearest_day(on)))

    def areas(self):
        return self.exclude(map="")

    def organisations(self):
        """Departments, boards, centres and utilities: they handle tickets without having an area."""
        return self.filter(kind__in=self.model.ORGANISATIONS)

    def subtree_ids(self, unit) -> list[int]:
        """The ids of `unit` (or unit id) and of everything below it, at most ten seconds old."""
        return list(_subtree(self.db, getattr(unit, "pk", unit)))

    def subtree_of(self, unit):
        return self.filter(pk__in=self.subtree_ids(unit))

    def peers_of(self, unit):
        """Units that may fairly be ranked with `unit`, itself included."""
        return self.filter(kind__in=unit.peer_kinds, map=unit.map, group=unit.group)

    def city(self):
        """The one row of the city; `DoesNotExist` until `manage.py load_units` ran."""
        return self.get(kind=self.model.Kind.CITY)

    def is_city(self, unit_id: int) -> bool:
        """Whether this is the row of the city, known for ten seconds."""
        return _is_city(self.model, self.db, unit_id)

    def unassigned(self):
        """The row that tickets without a unit belong to, so that the city is always the sum of its units."""
        return self.get(kind=self.model.Kind.UNASSIGNED)


@ttl_cache(seconds=10)
def _subtree(database: str, unit_id: int) -> tuple[int, ...]:
    """Kept, for one page asks several times whose tickets its reader may see."""
    with connections[database].cursor() as cursor:
        cursor.execute(_SUBTREE, [unit_id])
        return tuple(row[0] for row in cursor.fetchall())


@ttl_cache(seconds=10)
def _is_city(model, database: str, unit_id: int) -> bool:
    return model.objects.using(database).filter(pk=unit_id, kind=model.Kind.CITY).exists()


def _covers(day: date) -> Q:
    return Q(valid_from__lte=day) & (Q(valid_to__isnull=True) | Q(valid_to__gte=day))
