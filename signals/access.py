"""Who may do what with signals. Deny by default: leaders read and acknowledge, analysts make rules."""

from accounts.actors import Actor, Kind
from accounts.roles import Role

ROLES = {
    "read": frozenset({Role.CITY_LEADER, Role.ANALYST, Role.SUPERVISOR}),
    "acknowledge": frozenset({Role.CITY_LEADER, Role.SUPERVISOR}),
    "define": frozenset({Role.ANALYST}),
}
VERBS = frozenset(ROLES)
SCOPE = "indicators:read"


def may(actor: Actor, verb: str) -> bool:
    return actor.kind == Kind.PERSON and actor.role in ROLES.get(verb, frozenset())


def may_read_alerts(actor: Actor) -> bool:
    """People as above; another system with the scope of indicators, within its units."""
    return may(actor, "read") or (actor.kind == Kind.CLIENT and SCOPE in actor.scopes)
