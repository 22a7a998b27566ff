"""Who may do what. `may` answers for one ticket, `TicketQuerySet.visible_to` for many; a test holds them together.

A ticket that is not visible is 404 (strangers learn nothing); visible but not allowed is 403.
"""

from django.core.exceptions import PermissionDenied
from django.http import Http404

from accounts.roles import CITYWIDE, HOTLINE, UNIT, Role
from districts.models import Unit
from feedback.models import Ticket
from feedback.rules.rulebook import rulebook
from feedback.rules.workflow import MOVES

# Verbs that are not moves: opening the page, taking a call, reading a reporter's contact data, seeing figures.
OTHER_VERBS = {
    "view": CITYWIDE | UNIT,
    "intake": HOTLINE,
    "contact": HOTLINE | UNIT | {Role.CITY_LEADER},
    "search_phone": HOTLINE,
    "figures": CITYWIDE | UNIT,
    "city_figures": CITYWIDE,
}


def roles_for(verb: str) -> frozenset:
    return MOVES[verb].roles if verb in MOVES else frozenset(OTHER_VERBS[verb])


def may(user, verb: str, ticket: Ticket | None = None) -> bool:
    """May `user` do `verb` (on `ticket`)? The state of the ticket is not asked here: that is `workflow.check`."""
    role = user.role if user.is_authenticated else ""
    if not role or role not in roles_for(verb):
        return False
    if ticket is None or role in CITYWIDE:
        return True
    units = Unit.objects.subtree_ids(user.membership.unit)
    if ticket.unit_id in units:
        return True
    # A coordinating unit reads along and writes notes; the responsible unit acts.
    return verb in {"view", "note", "contact"} and ticket.coordinating.filter(pk__in=units).exists()


def ticket_for(user, code: str, verb: str = "view") -> Ticket:
    """The ticket with `code`, if `user` may do `verb` on it; 404 when not visible, 403 when visible but not allowed."""
    found = Ticket.objects.visible_to(user).filter(code=code if code.isprintable() else "")
    if not (ticket := found.select_related("assignee").first()):
        raise Http404
    rulebook().complete([ticket])  # planning the joins took ten times as long as reading the ticket
    if verb != "view" and not may(user, verb, ticket):
        raise PermissionDenied
    return ticket


def units_of(user) -> list[int] | None:
    """The ids of the units whose figures `user` may see in full; None means all of them."""
    if user.role in CITYWIDE:
        return None
    return Unit.objects.subtree_ids(user.membership.unit) if user.role in UNIT else []
