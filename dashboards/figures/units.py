"""The units that screens speak of, at most ten seconds old like the rulebook: they change a few times a year."""

from districts.models import Unit
from feedback.rules.rulebook import rulebook
from hcmc_ioc.lib.caching import ttl_cache


def city() -> Unit:
    book = rulebook()
    return book.units[book.city_id]


@ttl_cache(seconds=10)
def in_force() -> tuple[Unit, ...]:
    """The units that work today without the city itself, in their order; shared by all requests, so never changed."""
    return tuple(Unit.objects.in_force().exclude(kind=Unit.Kind.CITY))


def peers_of(scope: Unit) -> list[Unit]:
    """`scope` and the units that may fairly be ranked with it."""
    peers = [unit for unit in in_force() if unit.peer_group == scope.peer_group and unit.map == scope.map]
    return peers if scope in peers else [*peers, scope]
