"""Who may do what with numbers: staff key what their unit keeps, its leader approves, analysts define, administrators
give access and never a value. Deny by default."""

from accounts.actors import Actor, Kind
from accounts.roles import CITYWIDE, UNIT, Role

ROLES = {
    "view": CITYWIDE | UNIT | {Role.ADMINISTRATOR},
    "key": UNIT,
    "approve": frozenset({Role.UNIT_LEADER}),
    "define": frozenset({Role.ANALYST}),
}
SCOPES = {
    "indicators:read": frozenset({"view"}),
    "values:write": frozenset({"key"}),
}
JOBS = {"import": frozenset({"view", "key"}), "demo": frozenset(ROLES), "pull": frozenset({"key"})}
VERBS = frozenset(ROLES)


def may(actor: Actor, verb: str) -> bool:
    """Whether the actor may do this somewhere."""
    if actor.kind == Kind.PERSON:
        return actor.role in ROLES.get(verb, frozenset())
    if actor.kind == Kind.CLIENT:
        return any(verb in SCOPES.get(scope, frozenset()) for scope in actor.scopes)
    if actor.kind == Kind.SYSTEM:
        return verb in JOBS.get(actor.job, frozenset())
    return actor.kind == Kind.DEVICE and verb == "view"


def may_for(actor: Actor, verb: str, unit_id: int) -> bool:
    """Whether the actor may do this with the values of that unit."""
    if not may(actor, verb):
        return False
    return actor.scope is None or unit_id in actor.scope


def sees(actor: Actor, indicator) -> bool:
    """Whether the actor sees the figures of an indicator: open ones all, others the city and the owner."""
    if not may(actor, "view"):
        return False
    return indicator.access == "open" or actor.scope is None or indicator.owner_id in actor.scope
