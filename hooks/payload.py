"""What is sent: made when it is sent, of what the client may see then."""

import json
from typing import Any

from accounts import clients
from feedback.api import representation
from feedback.models import Ticket, TicketEvent
from feedback.rules.rulebook import rulebook
from hooks.models import LEFT, TEST, Delivery, Hook


def bodies(hook: Hook, rows: list[Delivery]) -> dict[int, bytes]:
    """The body of each by its id; one whose ticket is the client's no more has none, and its "left" follows."""
    events = TicketEvent.objects.select_related("text").in_bulk([row.event_id for row in rows if row.event_id])
    tickets = {row.ticket_id for row in rows if row.ticket_id}
    left = Ticket.objects.filter(pk__in=[row.ticket_id for row in rows if row.verb == LEFT]).only("code", "version")
    gone = {ticket.pk: ticket for ticket in left}
    visible = Ticket.objects.visible_to(clients.standing(hook.client)).filter(pk__in=tickets)
    lines = {row.pk: row for row in rulebook().with_catalogue(visible.only(*representation.LISTED))}
    found = {}
    for row in rows:
        if row.verb == TEST:
            found[row.pk] = _encoded("hook.test", row.made_at, {})
        elif row.verb == LEFT:
            ticket = gone[row.ticket_id]
            data: dict[str, Any] = {"ticket": {"code": ticket.code, "version": ticket.version, "left": True}}
            found[row.pk] = _encoded("ticket.left", events[row.event_id].at, data)
        elif row.ticket_id in lines:
            event = events[row.event_id]
            data = representation.event(event) | {"ticket": representation.ticket(lines[row.ticket_id])}
            found[row.pk] = _encoded(f"ticket.{row.verb}", event.at, data)
    return found


def _encoded(kind: str, at, data: dict) -> bytes:
    told = {"type": kind, "timestamp": representation.instant(at), "data": data}
    return json.dumps(told, ensure_ascii=False, separators=(",", ":")).encode()
