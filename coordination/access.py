"""Who may do what with directives, requests and explanations. Deny by default; where is asked besides: a unit's people
see and move what their unit sent or received, leaders, analysts and supervisors of the city read all of it."""

from django.db.models import Q, QuerySet

from accounts.actors import Actor, Kind
from accounts.roles import UNIT, Role
from coordination.machines.directives import Move, Side
from coordination.models import Directive, Recipient
from feedback.rules.rulebook import rulebook

READS_ALL = frozenset({Role.CITY_LEADER, Role.ANALYST, Role.SUPERVISOR})
SENDS: dict[str, frozenset[Role]] = {  # by kind of what is sent
    Directive.Kind.DIRECTIVE: frozenset({Role.CITY_LEADER}),
    Directive.Kind.EXPLANATION: frozenset({Role.CITY_LEADER}),
    Directive.Kind.REQUEST: frozenset({Role.UNIT_LEADER}),
}
ANSWERS_FOR_CITY = frozenset({Role.CITY_LEADER, Role.ANALYST})
ANSWERS_FOR_CITY_AS_LEADER = frozenset({Role.CITY_LEADER})
READ, ANSWER, SEND = "directives:read", "directives:answer", "directives:send"  # scopes of other systems
CLIENT_MOVES = frozenset({"accept", "progress", "report", "explain"})  # a unit's own system decides nothing


def may_send(actor: Actor, kind: str) -> bool:
    if actor.kind == Kind.CLIENT:  # a unit's own system asks; it directs nobody
        return kind == Directive.Kind.REQUEST and SEND in actor.scopes and actor.scope is not None
    return actor.kind == Kind.PERSON and actor.role in SENDS.get(kind, frozenset())


def kinds_sent(actor: Actor) -> list[str]:
    """What this person may send, the most usual first."""
    return [kind for kind in Directive.Kind.values if may_send(actor, kind)]


def reads_all(actor: Actor) -> bool:
    """Whole lists, boards and the discipline of units."""
    if actor.kind == Kind.CLIENT:
        return may_read(actor) and actor.scope is None
    return actor.kind == Kind.PERSON and actor.role in READS_ALL


def may_read(actor: Actor) -> bool:
    """Some of them at least."""
    if actor.kind == Kind.CLIENT:
        return bool({READ, ANSWER, SEND} & actor.scopes)
    return reads_all(actor) or (actor.kind == Kind.PERSON and actor.role in UNIT)


def units_of(actor: Actor) -> list[int]:
    """The units for which this actor answers; of somebody of the city the city itself."""
    if not may_read(actor):
        return []
    if actor.scope is None:
        return [rulebook().city_id] if actor.kind == Kind.PERSON else []
    return actor.scope


def readable(actor: Actor) -> QuerySet[Directive]:
    """The directives that this actor may see."""
    if reads_all(actor):
        return Directive.objects.all()
    own = units_of(actor)
    if not own:
        return Directive.objects.none()
    received = Recipient.objects.filter(unit__in=own).values("directive")
    return Directive.objects.filter(Q(sender_unit__in=own) | Q(pk__in=received))


def sees_recipient(actor: Actor, recipient: Recipient) -> bool:
    """A unit sees its own life and those of whom it sent to, and who else received it, not how they fare."""
    own = units_of(actor)
    return reads_all(actor) or recipient.unit_id in own or recipient.directive.sender_unit_id in own


def may_move(actor: Actor, move: Move, recipient: Recipient) -> bool:
    """Whether this actor stands on the side of the move; its state is asked besides."""
    if actor.kind == Kind.CLIENT:
        return (ANSWER in actor.scopes and move.verb in CLIENT_MOVES and actor.scope is not None
                and recipient.unit_id in actor.scope)
    if actor.kind == Kind.SYSTEM:
        return actor.job == "demo"
    if actor.kind != Kind.PERSON:
        return False
    return _sends_for(actor, recipient.directive) if move.side == Side.SENDER else _answers_for(actor, move, recipient)


def _answers_for(actor: Actor, move: Move, recipient: Recipient) -> bool:
    if actor.scope is None:
        roles = ANSWERS_FOR_CITY_AS_LEADER if move.leader_only else ANSWERS_FOR_CITY
        return actor.role in roles and recipient.unit_id == rulebook().city_id
    leads = actor.role == Role.UNIT_LEADER
    return recipient.unit_id in actor.scope and (leads or (actor.role in UNIT and not move.leader_only))


def _sends_for(actor: Actor, directive: Directive) -> bool:
    if not may_send(actor, directive.kind):
        return False
    own = [rulebook().city_id] if actor.scope is None else actor.scope
    return directive.sender_unit_id in own


def may_manage(actor: Actor, directive: Directive) -> bool:
    """Amend or recall it: whoever may send its kind for the side that sent it."""
    if actor.kind == Kind.SYSTEM:
        return actor.job == "demo"
    return actor.kind == Kind.PERSON and _sends_for(actor, directive)


def may_hear_unit(actor: Actor, number: int | None) -> bool:
    """What comes to a unit, or from it."""
    return actor.kind == Kind.PERSON and (reads_all(actor) or number in units_of(actor))
