"""Public tickets as requests of Open311: what a passer-by may read. No reporter, no phone number, no internal word; the
point to about a hundred metres."""

from collections.abc import Iterable
from datetime import datetime

from django.utils.translation import gettext as _

from feedback.console.receipts import deadline_in_words
from feedback.models import Ticket, TicketEvent
from feedback.open311.catalogue import w3
from feedback.rules.rulebook import rulebook
from feedback.rules.workflow import MOVES
from hcmc_ioc.lib.text import hide_phones

COLUMNS = (
    "code", "category_id", "channel_id", "unit_id", "area_id", "body", "address", "lat", "lon", "is_open",
    "occurred_at", "due_at", "paused_at", "resolved_at", "closed_at", "rejected_at",
)
LONGEST = 4000  # characters of a description
DECIMALS = 3  # of a degree
PUBLIC = frozenset(verb for verb, move in MOVES.items() if move.public)
CHANGING = PUBLIC | {"edit"}  # what changes a ticket for its readers
ANSWERS = frozenset({"resolve", "reject", "report_progress"})  # their words are for all; a question is for one citizen
ANEW = frozenset({"reopen", "merge", "unmerge"})  # what was answered before says nothing any more
BESIDE = frozenset({"edit", "join"})  # say nothing of where it stands


def requests(rows: Iterable[Ticket]) -> list[dict]:
    """Each as a request, with what its history says; two statements for however many."""
    tickets = rulebook().with_catalogue(rows)
    histories: dict[int, list[TicketEvent]] = {ticket.pk: [] for ticket in tickets}
    events = TicketEvent.objects.filter(ticket_id__in=histories, verb__in=CHANGING).select_related("text")
    for event in events.only("ticket_id", "verb", "recorded_at", "text__words", "text__is_public").order_by("-pk"):
        histories[event.ticket_id].append(event)
    return [_request(ticket, histories[ticket.pk]) for ticket in tickets]


def _request(row: Ticket, history: list[TicketEvent]) -> dict:
    """`history` is what its readers may know of, the latest first."""
    return {
        "service_request_id": row.code,
        "status": "open" if row.is_open else "closed",
        "status_notes": _notes(history),
        "service_name": row.category.name,
        "service_code": row.category.code,
        "description": _cut(hide_phones(row.body)),
        "agency_responsible": None if row.unit_id == rulebook().unassigned_id else row.unit.name,
        "service_notice": _notice(row),
        "requested_datetime": w3(row.occurred_at),
        "updated_datetime": w3(_updated_at(row, history)),
        "expected_datetime": w3(row.due_at),
        "address": hide_phones(row.address) or None,
        "address_id": None,
        "zipcode": None,
        "lat": None if row.lat is None else round(row.lat, DECIMALS),
        "long": None if row.lon is None else round(row.lon, DECIMALS),
        "media_url": None,
    }


def _notes(history: list[TicketEvent]) -> str | None:
    """The latest answer to the citizen; without one, what the citizen reads of the latest move."""
    for event in history:
        text = getattr(event, "text", None) if event.verb in ANSWERS else None
        if text is not None and text.is_public:
            return hide_phones(text.words)
        if event.verb in ANEW:
            return str(event.move.public)
    return next((str(event.move.public) for event in history if event.verb not in BESIDE), None)


def _notice(row: Ticket) -> str | None:
    if not row.is_open or row.due_at is None or row.is_paused:
        return None
    return _("Hạn trả lời: %(due)s.") % {"due": deadline_in_words(row.due_at)}


def _updated_at(row: Ticket, history: list[TicketEvent]) -> datetime:
    """Of what is closed, when it was closed."""
    closed = None if row.is_open else row.resolved_at or row.rejected_at or row.closed_at
    return closed or max((event.recorded_at for event in history), default=row.occurred_at)


def _cut(text: str) -> str:
    return text if len(text) <= LONGEST else text[: LONGEST - 1] + "…"
