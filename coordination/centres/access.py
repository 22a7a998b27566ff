"""Who may do what with centres. Deny by default: the city's leaders read all, the department keeps all, a unit's people
read their own and its leader keeps it."""

from accounts.actors import Actor, Kind
from accounts.roles import UNIT, Role
from districts.models import Unit

READING_ALL = frozenset({Role.CITY_LEADER, Role.ANALYST, Role.SUPERVISOR})
SCOPE = "centres:read"


def may_read_all(actor: Actor) -> bool:
    return actor.kind == Kind.PERSON and actor.role in READING_ALL


def may_plan(actor: Actor) -> bool:
    """The plan of a year, the dates of units, independent assessments."""
    return actor.kind == Kind.PERSON and actor.role == Role.ANALYST


def may_read(actor: Actor, unit: Unit) -> bool:
    return may_read_all(actor) or (actor.kind == Kind.PERSON and actor.role in UNIT and _is_own(actor, unit))


def may_edit(actor: Actor, unit: Unit) -> bool:
    """What a unit declares of its centre."""
    own = actor.kind == Kind.PERSON and actor.role == Role.UNIT_LEADER and _is_own(actor, unit)
    return own or may_plan(actor)


def may_fetch(actor: Actor) -> bool:
    """By the API: people as on the pages, another system with the scope, within its units."""
    return may_read_all(actor) or (actor.kind == Kind.CLIENT and SCOPE in actor.scopes)


def _is_own(actor: Actor, unit: Unit) -> bool:
    return actor.scope is not None and unit.pk in actor.scope


def may_assess(actor: Actor, unit: Unit, kind: str) -> bool:
    """A unit's people fill in their own; the department the independent one."""
    if kind == "self":
        return actor.kind == Kind.PERSON and actor.role in UNIT and _is_own(actor, unit)
    return may_plan(actor)


def may_submit(actor: Actor, unit: Unit, kind: str) -> bool:
    """Its leader answers for what a unit says of itself."""
    return may_assess(actor, unit, kind) and (kind != "self" or actor.role == Role.UNIT_LEADER)


def may_see_levels(actor: Actor) -> bool:
    """Everybody's levels, without answers and evidence."""
    return may_read_all(actor) or (actor.kind == Kind.PERSON and actor.role in UNIT)
