"""What follows when the hotline corrects what was recorded: another unit, another date. Pure, as `lifecycle`.

A unit that a rule named is named anew, one chosen by hand stays. The running date is withdrawn and made again under the
rules of the round's start, with the pauses and the extension it had; where that lies in the past, or the unit changes,
from now. A date that the source gave stays, and so does one that is broken.
"""

from datetime import datetime

from feedback.models import Promise, Ticket
from feedback.rules import promises
from feedback.rules.promises import RESULT
from feedback.rules.routing import Routed
from feedback.rules.rulebook import Rulebook
from feedback.rules.workflow import WITH_UNIT, State

RULED = ("category_id", "urgency", "needs_several", "area_id")  # what rules of routing and deadlines ask


def facts_of(ticket: Ticket, owed: list[Promise], book: Rulebook) -> dict:
    """What a correction may change, in codes: they stand in the event as `was` and `is`."""
    due_at = promises.dates(owed, ticket)[0]
    return {
        "category": book.categories[ticket.category_id].code, "urgency": ticket.urgency,
        "several": ticket.needs_several, "area": _code(ticket.area_id, book), "unit": _code(ticket.unit_id, book),
        "due": promises.iso(due_at) if due_at else "",
    }


def _code(unit_id: int | None, book: Rulebook) -> str:
    return book.units[unit_id].code if unit_id is not None else ""


def routed_anew(ticket: Ticket, book: Rulebook) -> Routed | None:
    """The unit that the rules name now, if they named the one before or nobody was named; None when it stays."""
    if not (ticket.is_routed and ticket.state in WITH_UNIT | {State.WAITING}) and ticket.state != State.NEW:
        return None
    routed = book.route(category_id=ticket.category_id, area_id=ticket.area_id, urgency=ticket.urgency,
                        at=_round_start(ticket))
    return routed if routed and routed.unit_id != ticket.unit_id else None


def promise_anew(ticket: Ticket, owed: list[Promise], at: datetime, book: Rulebook, *, unit_changes: bool) -> None:
    """Withdraw the running date and make it again, unless it comes out the same."""
    old = promises.in_force(owed, ticket)
    if old is None or not promises.runs(old, at) or "given" in old.explanation:
        return
    old.withdrawn_at = at
    start = at if unit_changes else _round_start(ticket)
    made = _made(ticket, owed, start, book)
    if made and not unit_changes:
        _carry(old, made, book)
        if made.due_at <= at and made.paused_at is None:
            owed.remove(made)
            made = _made(ticket, owed, at, book)
            if made:
                made.stopped_minutes = old.stopped_minutes  # citizens are waited for no longer than before
        elif made.rule_id == old.rule_id and made.due_at == old.due_at:
            owed.remove(made)
            made = None
    if made is None:  # nothing changed, or no rule fits any more: the old date stands
        old.withdrawn_at = None
    else:
        made.made_at = at


def _made(ticket: Ticket, owed: list[Promise], start: datetime, book: Rulebook) -> Promise | None:
    before = len(owed)
    promises.make(RESULT, ticket, owed, start, book)
    return owed[-1] if len(owed) > before else None


def _carry(old: Promise, made: Promise, book: Rulebook) -> None:
    """What the old date went through, for the new one too."""
    calendar = book.calendar(made.unit_id)
    for since, until, *why in old.explanation.get("paused", []):
        promises.move(made, datetime.fromisoformat(since), datetime.fromisoformat(until), calendar, *why)
    made.paused_at, made.stopped_minutes = old.paused_at, old.stopped_minutes
    for name in ("extension_asked_at", "extension_to", "extension_decided_at", "extension_granted"):
        setattr(made, name, getattr(old, name))
    if old.first_due_at is not None and old.due_at > made.due_at:
        made.first_due_at, made.due_at = made.due_at, old.due_at
        made.explanation = made.explanation | {"extended": old.explanation["extended"]}


def _round_start(ticket: Ticket) -> datetime:
    return ticket.reopened_at or ticket.occurred_at
