"""Who may do what where. `may` answers for one ticket, `TicketQuerySet.visible_to` for many; a test keeps both.

A ticket that is not visible is 404 (strangers learn nothing); visible but not allowed is 403.
"""

from django.core.exceptions import PermissionDenied
from django.db.models import Q
from django.http import Http404
from django.utils import timezone

from accounts.actors import Actor, Kind
from accounts.models import Membership
from accounts.roles import UNIT
from districts import geo
from districts.models import Unit
from feedback.models import Promise, Ticket
from feedback.rules.rights import DECISIONS, GIVES_AWAY, IN_AREA, OF_UNITS, SHARED, verbs_of
from feedback.rules.rulebook import rulebook
from feedback.rules.workflow import MOVES, Move
from hcmc_ioc.lib import sql


def may(actor: Actor, verb: str, ticket: Ticket | None = None) -> bool:
    """May `actor` do `verb` (on `ticket`)? The state of the ticket is not asked here: that is `workflow.check`."""
    if verb not in verbs_of(actor):
        return False
    if verb == "open" and actor.is_of_unit:
        return _has_area(actor)
    return ticket is None or verb in _verbs_on(actor, ticket, [verb])


def may_open_in(actor: Actor, area_id: int | None, point: tuple[float, float] | None = None) -> bool:
    """May `actor` record a report about this place? A unit's own people: within their area alone, by name and, where a
    `point` (latitude, longitude) is known, by the map, which leaves room at the border."""
    if not may(actor, "open"):
        return False
    if not actor.is_of_unit:
        return True
    if area_id not in (actor.scope or []):
        return False
    codes = geo.units_at(*point) if point else None
    return not codes or rulebook().units[area_id].code in codes


def legal_moves(actor: Actor, ticket: Ticket) -> list[Move]:
    """The moves that `actor` may make on `ticket` as it stands, in the table's order."""
    moves = [move for move in MOVES.values() if ticket.state in move.sources and move.verb in verbs_of(actor)]
    allowed = _verbs_on(actor, ticket, [move.verb for move in moves])
    return [move for move in moves if move.verb in allowed]


def _verbs_on(actor: Actor, ticket: Ticket, verbs: list[str]) -> set[str]:
    """Those of `verbs` that the actor's place allows on `ticket`: as responsible, beside it, or in its area."""
    if actor.kind == Kind.CITIZEN:
        return set(verbs) if ticket.pk == actor.number else set()
    scope = actor.scope
    if ticket.hides_name and not ticket.is_disclosed and actor.is_of_unit:
        verbs = [verb for verb in verbs if verb != "contact"]  # the hotline alone speaks with who hides their name
    if scope is None and actor.kind == Kind.CLIENT:
        verbs = [verb for verb in verbs if verb not in OF_UNITS]
    if scope is None or ticket.unit_id in scope:
        if scope is not None:  # whoever acts for units is no judge of them, whatever verbs they were given
            return set(verbs) - DECISIONS
        decisions = DECISIONS | GIVES_AWAY
        decides = not decisions.isdisjoint(verbs)
        return set(verbs) - decisions if decides and judges_own_case(actor, ticket) else set(verbs)
    allowed = set(verbs) & IN_AREA if ticket.area_id in scope else set()
    shared = (set(verbs) & SHARED) - allowed
    if shared and scope and ticket.coordinating.filter(pk__in=scope).exists():
        allowed |= shared
    return allowed


def works_besides(actor: Actor) -> list[int]:
    """The units that somebody of the hotline or the city works for besides."""
    if actor.user is None or actor.is_of_unit:
        return []
    return list(Membership.objects.valid().filter(user=actor.user, role__in=UNIT).values_list("unit_id", flat=True))


def judges_own_case(actor: Actor, ticket: Ticket, unit_id: int | None = None) -> bool:
    """Whether the person works for a unit that answers for the ticket (or for `unit_id`), or above it, in any of their
    roles, did so since the ticket is there, or is about to."""
    if actor.user is None:
        return False
    since = timezone.localdate(ticket.recorded_at)
    working = Membership.objects.filter(Q(valid_to=None) | Q(valid_to__gte=since), user=actor.user, role__in=UNIT)
    if not (places := set(working.values_list("unit_id", flat=True))):
        return False
    units = answering(ticket) if unit_id is None else {unit_id}
    return any(not places.isdisjoint(rulebook().area_line(unit)) for unit in units)


def answering(ticket: Ticket) -> set[int]:
    """The units that answer for a ticket: the one that has it, and those that owe or broke a date of it."""
    owed = Promise.objects.filter(ticket_id=ticket.pk, withdrawn_at=None).values_list("unit_id", flat=True)
    return {ticket.unit_id, *owed}


def _has_area(actor: Actor) -> bool:
    """Whether the unit that the actor stands for has an area, so that citizens come to its counter."""
    unit = rulebook().units.get(actor.own_unit_id)
    return unit is not None and (unit.is_area or unit.kind == Unit.Kind.CITY)


_WITHIN = """AND (unit_id = ANY(%s) OR area_id = ANY(%s) OR EXISTS (SELECT FROM feedback_ticket_coordinating AS beside
    WHERE beside.ticket_id = feedback_ticket.id AND beside.unit_id = ANY(%s)))"""


def _in_sight(actor: Actor) -> tuple[str, list]:
    """What `visible_to` says, for a statement that is written out."""
    if "view" not in verbs_of(actor):
        return "AND false", []
    if actor.kind == Kind.CITIZEN:
        return "AND id = %s", [actor.number]
    return ("", []) if actor.scope is None else (_WITHIN, [actor.scope] * 3)


def ticket_for(actor: Actor, code: str, verb: str = "view") -> Ticket:
    """The ticket with `code`, if `actor` may do `verb` on it; 404 when not visible, 403 when not allowed."""
    within, given = _in_sight(actor)
    found = sql.read(Ticket, f"WHERE code = %s {within}", [code if code.isprintable() else "", *given])
    if not found:
        raise Http404
    ticket = found[0]
    rulebook().with_catalogue([ticket])  # planning the joins took ten times as long as reading the ticket
    if verb != "view" and not may(actor, verb, ticket):
        raise PermissionDenied
    return ticket
