"""Who may do what with numbers: staff key what their unit keeps, its leader approves, analysts define, administrators
give access and never a value. Deny by default.

Restricted figures are the owner's: its leader lets other units see them, for those without an owner the city's analyst.
"""

from django.utils import timezone

from accounts.actors import Actor, Kind
from accounts.models import User
from accounts.roles import CITYWIDE, HOTLINE, UNIT, Role
from indicators.models import AccessRequest, DataSet, Indicator

Shared = Indicator | DataSet  # has an owner and an access

ROLES = {
    "view": CITYWIDE | UNIT | {Role.ADMINISTRATOR},
    "key": UNIT,
    "approve": frozenset({Role.UNIT_LEADER}),
    "define": frozenset({Role.ANALYST}),
    "define_own": frozenset({Role.UNIT_LEADER}),  # indicators that the unit keeps for itself
    "subscribe": CITYWIDE | UNIT | {Role.ADMINISTRATOR},
    "ask": UNIT,  # for restricted figures, and for figures that nobody delivers; to vote for such
    "share": frozenset({Role.UNIT_LEADER, Role.ANALYST}),  # answer for a restricted indicator, end a grant
    "audit": UNIT | {Role.ANALYST, Role.ADMINISTRATOR},  # see who read what through grants
    "sources": frozenset({Role.ANALYST, Role.ADMINISTRATOR}),  # see what is fetched from elsewhere, have it fetched now
    "answer": frozenset({Role.ANALYST}),  # requests for figures that nobody delivers
    "keep": frozenset({Role.UNIT_LEADER, Role.ANALYST}),  # data sets: a unit's leader its own, the analyst the city's
    "judge": frozenset({Role.ANALYST}),  # choose how indicators are judged, from when anew, without which periods
    "reply": frozenset({Role.UNIT_LEADER}),  # beside the unit's own figure
    "register": frozenset({Role.ANALYST}),  # keep the register of demanded reports
}
SCOPES = {
    "indicators:read": frozenset({"view"}),
    "values:write": frozenset({"key"}),
}
JOBS = {"import": frozenset({"view", "key"}), "demo": frozenset(ROLES), "pull": frozenset({"key"})}
VERBS = frozenset(ROLES)
MAY_BE_GRANTED = frozenset({Kind.PERSON, Kind.CLIENT})  # a wall shows nothing that somebody asked for themselves


def may(actor: Actor, verb: str) -> bool:
    """Whether the actor may do this somewhere."""
    if actor.kind == Kind.PERSON:
        return actor.role in ROLES.get(verb, frozenset())
    if actor.kind == Kind.CLIENT:
        return any(verb in SCOPES.get(scope, frozenset()) for scope in actor.scopes)
    if actor.kind == Kind.SYSTEM:
        return verb in JOBS.get(actor.job, frozenset())
    return actor.kind == Kind.DEVICE and verb == "view"


def asking(actor: Actor) -> tuple[User, int]:
    """The person who asks and the unit in whose name; PermissionError where they may not ask."""
    if actor.user is None or actor.own_unit_id is None or not may(actor, "ask"):
        raise PermissionError("ask")
    return actor.user, actor.own_unit_id


def may_for(actor: Actor, verb: str, unit_id: int) -> bool:
    """Whether the actor may do this with the values of that unit."""
    if not may(actor, verb):
        return False
    return actor.scope is None or unit_id in actor.scope


def sees_unasked(actor: Actor, shared: Shared) -> bool:
    """Whether the actor sees the figures without a grant: open ones all, others the city's
    leaders and analysts and the owner; who takes calls has no business there."""
    if not may(actor, "view"):
        return False
    if shared.access == Indicator.Access.OPEN or (actor.scope is None and actor.role not in HOTLINE):
        return True
    return actor.scope is not None and shared.owner_id in actor.scope


def seen_by(actor: Actor) -> tuple:
    """The same for actors who see the same figures unasked."""
    scope = None if actor.scope is None else tuple(sorted(actor.scope))
    return may(actor, "view"), scope, actor.role in HOTLINE


def grant_of(actor: Actor, shared: Shared) -> AccessRequest | None:
    """The grant under which the actor's unit sees a restricted indicator or data set today."""
    unit_id = actor.own_unit_id
    if shared.access != Indicator.Access.RESTRICTED or unit_id is None or actor.kind not in MAY_BE_GRANTED:
        return None
    grants = AccessRequest.objects.about(shared).filter(unit_id=unit_id).in_force(timezone.localdate())
    return grants.order_by("-granted_until").first() if may(actor, "view") else None


def sees(actor: Actor, shared: Shared) -> bool:
    """Whether the actor sees the figures or rows, as of right or under a grant in force. What is read under a
    grant is logged (`sharing.read`), so lists of many indicators show what is seen unasked."""
    return sees_unasked(actor, shared) or grant_of(actor, shared) is not None


def may_ask_to_see(actor: Actor, shared: Shared) -> bool:
    """Whether the actor may ask, for their unit, to see what is restricted."""
    return (may(actor, "ask") and shared.access == Indicator.Access.RESTRICTED
            and not sees_unasked(actor, shared))


def may_share(actor: Actor, shared: Shared) -> bool:
    """Whether the actor answers for it: the owner's leader, or the analyst where it has no owner."""
    if not may(actor, "share"):
        return False
    if shared.owner_id is None:
        return actor.role == Role.ANALYST
    return actor.role == Role.UNIT_LEADER and actor.scope is not None and shared.owner_id in actor.scope


def may_keep(actor: Actor, owner_id: int) -> bool:
    """Whether the actor keeps the data sets of this owner: its leader; the analyst those of every unit."""
    if not may(actor, "keep"):
        return False
    return actor.role == Role.ANALYST or (actor.scope is not None and owner_id in actor.scope)


def may_bring(actor: Actor, data_set: DataSet) -> bool:
    """Whether the actor brings new versions: who keeps it, and the owner's staff."""
    return may_keep(actor, data_set.owner_id) or (
        actor.scope is not None and may(actor, "key") and data_set.owner_id in actor.scope)


def sees_sheets_of(actor: Actor, unit_id: int) -> bool:
    """Whether the actor sees what the unit keys, cell by cell, restricted figures among it: its own people, and who
    sees all of the city but for those who take calls."""
    if not may(actor, "view"):
        return False
    return unit_id in actor.scope if actor.scope is not None else actor.role not in HOTLINE
