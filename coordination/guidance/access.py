"""Who reads guidance (whoever works for a unit or leads the city), who gives it (the city's analysts, who are its
office), who asks and comes (the people of units). Deny by default."""

from accounts.actors import Actor, Kind
from accounts.models import Membership
from accounts.roles import UNIT, Role
from districts.models import Unit

READS = frozenset({Role.CITY_LEADER, Role.ANALYST, Role.SUPERVISOR, *UNIT})


def may_read(actor: Actor) -> bool:
    return actor.kind == Kind.PERSON and actor.role in READS


def may_give(actor: Actor) -> bool:
    """Publish, renew, withdraw, answer, plan sessions and note who came."""
    return actor.kind == Kind.PERSON and actor.role == Role.ANALYST


def is_for(actor: Actor) -> bool:
    """Whether it is given to this person's unit, which confirms, asks and comes."""
    return actor.kind == Kind.PERSON and actor.role in UNIT


def units() -> list[Unit]:
    """The units for whom there is somebody who could read it."""
    there = Membership.objects.valid().filter(role__in=UNIT, user__is_active=True).values("unit")
    return list(Unit.objects.in_force().filter(pk__in=there).order_by("sort_key"))
