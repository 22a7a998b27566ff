"""What follows when the hotline corrects what was recorded: another unit, another date. Pure, as `lifecycle`.

A unit that a rule named is named anew, one chosen by hand stays. The running date is withdrawn and made again under the
rules of the round's start, with the pauses and the extension it had; where most of that time is gone, or the unit is
another one, from now. A date that the source gave stays, and so does one that is broken.
"""

from datetime import datetime

from districts.calendar import working_minutes_between
from feedback.models import Promise, Ticket
from feedback.rules import custody, promises
from feedback.rules.promises import RESULT
from feedback.rules.routing import Routed
from feedback.rules.rulebook import Rulebook
from feedback.rules.workflow import WITH_UNIT, State

RULED = ("category_id", "urgency", "needs_several", "area_id")  # what rules of routing and deadlines ask


def facts_of(ticket: Ticket, owed: list[Promise], book: Rulebook) -> dict:
    """What a correction may change, in codes: they stand in the event as `was` and `is`."""
    promise = promises.in_force(owed, ticket)
    first, due_at = (promise.first_due_at, promise.due_at) if promise else (None, None)
    return {
        "category": book.categories[ticket.category_id].code, "urgency": ticket.urgency,
        "several": ticket.needs_several, "public": ticket.is_public, "hidden": ticket.hides_name,
        "area": _code(ticket.area_id, book), "unit": _code(ticket.unit_id, book),
        "due": promises.iso(due_at) if due_at else "", "first": promises.iso(first) if first else "",
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


def promise_anew(old: Promise, ticket: Ticket, owed: list[Promise], at: datetime, book: Rulebook) -> None:
    """Withdraw the running date `old` and make it again, unless it comes out the same.

    A unit that a correction brings back to its ticket has the date again that it had, later by the time in between: to
    and fro makes no new one.
    """
    if not promises.runs(old, at) or "given" in old.explanation:
        return
    _follow(old, ticket, owed, at, book)
    promises.count_one(owed, ticket, old.unit_id, at)


def _follow(old: Promise, ticket: Ticket, owed: list[Promise], at: datetime, book: Rulebook) -> None:
    if ticket.unit_id == old.unit_id:
        _made_again(old, ticket, owed, at, book)
        return
    old.withdrawn_at = at
    custody.end(ticket)
    if (again := custody.take_back(ticket, owed, at, book)) is not None:
        _made_again(again, ticket, owed, at, book)
    elif (made := _made(ticket, owed, at, book)) is None:
        old.withdrawn_at = None  # no rule fits any more: the old date stands
    else:
        made.made_at = at


def _made_again(old: Promise, ticket: Ticket, owed: list[Promise], at: datetime, book: Rulebook) -> None:
    """For the same unit: the date that the same rule gave it before, else one from the round's start, with what the
    date went through. Where that is sterner and more than half of its time is gone, by the rules from now, but never
    later than it was. What is looser takes no extension's first date away."""
    if not promises.runs(old, at):
        return
    old.withdrawn_at, start = at, _round_start(ticket)
    made = _made(ticket, owed, start, book)
    if made is None or (old.first_due_at is not None and made.due_at >= old.due_at):
        _let_stand(old, made, owed)
    elif (again := _as_before(made, old, ticket, owed, at)) is not None:
        owed.remove(made)
        again.withdrawn_at = None
        promises.give(again, ticket, owed)
        _carry(old, again, book)
    else:
        _carry(old, made, book)
        if made.due_at < old.due_at and at > start + (made.due_at - start) / 2:
            owed.remove(made)
            _made_from_now(old, ticket, owed, at, book)
        elif (made.rule_id, made.due_at) == (old.rule_id, old.due_at):
            _let_stand(old, made, owed)
        else:
            made.made_at = at


def _made_from_now(old: Promise, ticket: Ticket, owed: list[Promise], at: datetime, book: Rulebook) -> None:
    """Citizens are waited for no longer than before: what was waited is used up, and a clock that stands does so
    from now."""
    calendar = book.calendar(old.unit_id)
    limit = promises.waits_until(old, ticket, old.paused_at, book) if old.paused_at else None
    waited = (old.paused_at or at, at if limit is None else min(at, limit))
    minutes = promises.stood(old, *waited, calendar)
    made = _made(ticket, owed, at, book)
    if made is None or made.due_at >= promises.later(old.due_at, minutes, old, calendar):
        _let_stand(old, made, owed)
        return
    _carry_request(old, made)
    made.stopped_minutes += minutes
    if old.paused_at is not None:
        ticket.paused_minutes += working_minutes_between(*waited, calendar)
        ticket.paused_at = made.paused_at = at


def _let_stand(old: Promise, made: Promise | None, owed: list[Promise]) -> None:
    if made is not None:
        owed.remove(made)
    old.withdrawn_at = None


def _as_before(made: Promise, old: Promise, ticket: Ticket, owed: list[Promise], at: datetime) -> Promise | None:
    """The date that the rule of `made` gave this unit earlier in the round, if it still lies ahead."""
    before = [p for p in promises.of_round(owed, ticket) if p.withdrawn_at is not None and p is not old
              and (p.unit_id, p.rule_id) == (made.unit_id, made.rule_id) and p.due_at > (old.paused_at or at)]
    return before[-1] if before else None


def _made(ticket: Ticket, owed: list[Promise], start: datetime, book: Rulebook) -> Promise | None:
    before = len(owed)
    promises.make(RESULT, ticket, owed, start, book)
    return owed[-1] if len(owed) > before else None


def _carry(old: Promise, made: Promise, book: Rulebook) -> None:
    """What the old date went through and the other one did not, for that too."""
    calendar, known = book.calendar(made.unit_id), made.explanation.get("paused", [])
    for pause in old.explanation.get("paused", []):
        if pause not in known:
            since, until, *why = pause
            promises.move(made, datetime.fromisoformat(since), datetime.fromisoformat(until), calendar, *why)
    made.paused_at = old.paused_at
    _carry_request(old, made)
    for name in ("extension_decided_at", "extension_granted"):
        setattr(made, name, getattr(old, name))
    if old.first_due_at is None:
        return
    if old.due_at > made.due_at:
        made.first_due_at, made.due_at = made.due_at, old.due_at
        made.explanation = made.explanation | {"extended": old.explanation["extended"]}
    if old.first_unit_id is not None:  # missed: it goes with the date that is in force
        made.first_due_at, made.first_unit_id, old.first_unit_id = old.first_due_at, old.first_unit_id, None


def _carry_request(old: Promise, made: Promise) -> None:
    """The waiting that was used up, and what was asked for."""
    made.stopped_minutes = old.stopped_minutes
    made.extension_asked_at, made.extension_to = old.extension_asked_at, old.extension_to


def _round_start(ticket: Ticket) -> datetime:
    return ticket.round_began or ticket.occurred_at
