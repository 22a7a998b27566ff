"""Who may do what with reports. Deny by default.

City leaders, analysts and supervisors read every edition; units read the city's and their own subtree's. A unit's
leader remarks on the unit's edition before it is released; an analyst makes new editions, with a reason.
"""

from accounts.actors import Actor, Kind
from accounts.roles import UNIT, Role
from districts.models import Unit
from reports.models import Edition, EditionQuerySet

ROLES = {
    "read": UNIT | {Role.CITY_LEADER, Role.ANALYST, Role.SUPERVISOR},
    "remark": frozenset({Role.UNIT_LEADER, Role.CITY_LEADER}),
    "edit": frozenset({Role.ANALYST}),  # new editions, another try at what failed
    "watch": frozenset({Role.ANALYST, Role.CITY_LEADER}),  # who opened what
}
SCOPES = {"reports:read": frozenset({"read"})}
JOBS = {"reports": frozenset({"make"}), "demo": frozenset({"make"})}
VERBS = frozenset(ROLES) | {"make"}


def may(actor: Actor, verb: str) -> bool:
    """Whether the actor may do this somewhere."""
    if actor.kind == Kind.PERSON:
        return actor.role in ROLES.get(verb, frozenset())
    if actor.kind == Kind.CLIENT:
        return any(verb in SCOPES.get(scope, frozenset()) for scope in actor.scopes)
    return actor.kind == Kind.SYSTEM and verb in JOBS.get(actor.job, frozenset())


def readable(actor: Actor) -> EditionQuerySet:
    """The editions that the actor reads: released ones, and drafts of their own unit; analysts see what failed."""
    if not may(actor, "read"):
        return Edition.objects.none()
    everything = Edition.objects.all()
    if actor.scope is None:
        if actor.role == Role.ANALYST:
            return everything
        return everything.exclude(state=Edition.State.FAILED)
    own = everything.filter(unit_id__in=actor.scope).exclude(state=Edition.State.FAILED)
    return own | everything.released().filter(unit__kind=Unit.Kind.CITY)


def may_remark(actor: Actor, edition: Edition) -> bool:
    """Whether the actor speaks for the unit of the edition: its leader; for the city's own a city leader."""
    if not may(actor, "remark") or edition.state == Edition.State.FAILED:
        return False
    if edition.unit.kind == Unit.Kind.CITY:
        return actor.role == Role.CITY_LEADER
    return actor.role == Role.UNIT_LEADER and actor.scope is not None and edition.unit_id in actor.scope
