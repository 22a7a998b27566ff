"""Which hooks are told of which event: the work of the taker, in the database alone."""

from django.db import connection
from django.utils import timezone

from accounts import clients
from feedback.models import Ticket
from hooks import hooks
from hooks.models import LEFT, Delivery, Hook
from live.feed import Change

NAME = "hooks"

_EVENTS = """
    SELECT event.id, event.ticket_id, event.verb, earlier.unit_id
    FROM feedback_ticketevent AS event
    LEFT JOIN LATERAL (
        SELECT unit_id FROM feedback_ticketevent AS past
        WHERE past.ticket_id = event.ticket_id AND past.version < event.version ORDER BY past.version DESC LIMIT 1
    ) AS earlier ON true
    WHERE event.id = ANY(%s) ORDER BY event.id
"""


def work(changes: list[Change]) -> None:
    """A row for each hook that is told of an event. Where nobody has a hook, one question and no more."""
    wanting = list(hooks.in_force(timezone.now()))
    if not wanting:
        return
    with connection.cursor() as cursor:
        cursor.execute(_EVENTS, [[change.object_id for change in changes]])
        events = cursor.fetchall()
    tickets = {ticket for _pk, ticket, _verb, _unit in events}
    sights = {hook.client_id: _Sight(hook, tickets) for hook in wanting}
    rows = []
    for hook in wanting:
        rows += _told(hook, sights[hook.client_id], events)
    hooks.add(rows)


class _Sight:
    """What a client sees of these tickets now, and which units are its own."""

    def __init__(self, hook: Hook, tickets: set[int]):
        actor = clients.standing(hook.client)
        self.units = actor.scope
        self.visible = set(Ticket.objects.visible_to(actor).filter(pk__in=tickets).values_list("pk", flat=True))

    def had(self, unit_id: int | None) -> bool:
        return unit_id is not None and (self.units is None or unit_id in self.units)


def _told(hook: Hook, sight: _Sight, events: list[tuple]) -> list[Delivery]:
    gone = {ticket for _pk, ticket, _verb, _unit in events} - sight.visible
    last = _last_told(hook, gone) if gone else {}
    rows = []
    for pk, ticket, verb, unit_before in events:
        if ticket in gone:
            if last.get(ticket) == LEFT or not (ticket in last or sight.had(unit_before)):
                continue
            verb = last[ticket] = LEFT
        if not hook.verbs or verb in hook.verbs:
            rows.append(Delivery(hook=hook, event_id=pk, ticket_id=ticket, verb=verb))
    return rows


def _last_told(hook: Hook, tickets: set[int]) -> dict[int, str]:
    rows = Delivery.objects.filter(hook=hook, ticket__in=tickets).order_by("ticket", "-pk").distinct("ticket")
    return dict(rows.values_list("ticket", "verb"))
