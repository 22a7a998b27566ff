"""Who may do which verb at all: by role, by the scopes of a client, the job of the system. Pure; `access` adds where.

Deny by default: a verb that is not named here for an actor's kind is refused.
"""

from functools import cache

from accounts.actors import Actor, Kind
from accounts.roles import CITYWIDE, HOTLINE, UNIT, Role
from feedback.rules.workflow import MOVES

# Verbs that are not moves: opening the page, reading a reporter's contact data, seeing figures.
OTHER_VERBS = {
    "view": CITYWIDE | UNIT,
    "contact": HOTLINE | UNIT | {Role.CITY_LEADER},
    "search_phone": HOTLINE,
    "share_view": frozenset({Role.SUPERVISOR, Role.CITY_LEADER, Role.ANALYST, Role.UNIT_LEADER}),  # with their unit
    "figures": CITYWIDE | UNIT,
    "city_figures": CITYWIDE,
}
VERBS = frozenset(MOVES) | frozenset(OTHER_VERBS)

DEVICE = frozenset({"figures"})
CITIZEN = frozenset({"open", "view", "rate", "reopen"})  # of the one ticket whose link they hold
# A client never makes a decision kept for supervisors or leaders.
SCOPES = {
    "tickets:read": frozenset({"view"}),
    "tickets:write": frozenset({"open"}) | {move.verb for move in MOVES.values() if Role.UNIT_STAFF in move.roles},
    "tickets:dispatch": frozenset(move.verb for move in MOVES.values() if Role.OPERATOR in move.roles),
    "contacts:read": frozenset({"contact"}),
    "figures:read": frozenset({"figures"}),
    "open311:write": frozenset({"open"}),
}
# A unit's own: a system of the whole city, which may record and forward what it likes, answers for none.
OF_UNITS = frozenset(m.verb for m in MOVES.values() if Role.UNIT_STAFF in m.roles and Role.OPERATOR not in m.roles)
JOBS = {
    "waiting": frozenset({"stop_waiting"}),
    "release": frozenset({"unassign"}),
    "import": frozenset({"open", "forward", "resolve", "close"}),
    "demo": frozenset(MOVES),  # an invented city has nobody to protect
}

GIVES_AWAY = frozenset({"forward", "transfer"})  # of somebody of the city: also a decision, from and to their own unit

# On a ticket that another unit answers for: what its coordinating units may, and what the unit of its place may.
SHARED = frozenset({"view", "note", "contact"})
IN_AREA = frozenset({"view", "join"})

# What changes a unit's dates, verdicts or stars from outside: never of somebody who works for that unit besides.
DECISIONS = frozenset({
    "extend", "refuse_extension", "withdraw", "edit", "reject", "merge", "unmerge", "reopen", "refuse_reopening",
    "rate", "disclose",
})


def verbs_of(actor: Actor) -> frozenset[str]:
    """The verbs that `actor` may do somewhere."""
    if actor.kind == Kind.PERSON:
        return _of_role(actor.role)
    if actor.kind == Kind.CLIENT:
        return frozenset().union(*(SCOPES.get(scope, frozenset()) for scope in actor.scopes))
    if actor.kind == Kind.SYSTEM:
        return JOBS.get(actor.job, frozenset())
    return {Kind.DEVICE: DEVICE, Kind.CITIZEN: CITIZEN}.get(actor.kind, frozenset())


@cache
def _of_role(role: str) -> frozenset[str]:
    moves = {move.verb for move in MOVES.values() if role in move.roles}
    return frozenset(moves | {verb for verb, roles in OTHER_VERBS.items() if role in roles})
