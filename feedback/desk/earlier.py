"""What happened to a ticket that its next move must not overlook: who returned it, who asks to open it again."""

from dataclasses import dataclass
from datetime import datetime
from itertools import pairwise

from districts.models import Unit
from feedback.models import Ticket, TicketEvent
from hcmc_ioc.lib.text import hide_phones


@dataclass(frozen=True)
class Returned:
    """A unit that was not competent, as it says."""

    unit: Unit
    at: datetime
    why: str


def returned(ticket: Ticket) -> list[Returned]:
    """The units that returned it in this round, each with its last word on it."""
    found: dict[int, Returned] = {}
    events = ticket.events.select_related("unit", "text").order_by("version")
    for before, event in pairwise(events):  # after it, nobody has the ticket
        if event.verb == "send_back" and (ticket.round_began is None or event.at >= ticket.round_began):
            found[before.unit_id] = Returned(before.unit, event.at, _words(event))
    return list(found.values())


def request_to_reopen(ticket: Ticket) -> TicketEvent | None:
    """The request that waits for the hotline, with its `why`."""
    if ticket.reopening_asked_at is None:
        return None
    asked = ticket.events.filter(verb="ask_reopening").select_related("unit", "actor", "text").latest("version")
    asked.why = _words(asked)
    return asked


def _words(event: TicketEvent) -> str:
    return hide_phones(event.text.words) if hasattr(event, "text") else ""
