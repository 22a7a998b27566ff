"""Who answers for a date when its ticket goes from unit to unit. Pure, as `lifecycle`, which calls it.

A date that leaves enough time moves along with its ticket. Else it stays with the last unit that had it for a working
day (`DeadlineRule` "handover"), so that nobody passes it on at the last minute, and nobody pays for giving back at once
what was not his. A unit that gets a ticket back has the time that it had when it gave it away, no more and no less.

`explanation["held"]` is the chain of those who had the date before: `[unit, until, what the date was then]`.
"""

from datetime import datetime

from districts.calendar import add_working_time, after_working_minutes, working_minutes_between
from feedback.models import DeadlineRule, Promise, Ticket, Urgency
from feedback.rules.promises import (
    RESULT,
    amount,
    count_one,
    give,
    is_settled,
    iso,
    make,
    move,
    of_round,
    runs,
)
from feedback.rules.rows import unsaved
from feedback.rules.rulebook import Rulebook

HANDOVER = DeadlineRule.Kind.HANDOVER.value


def hand_on(promise: Promise, ticket: Ticket, owed: list[Promise], at: datetime, recorded_at: datetime | None,
            book: Rulebook) -> None:
    """The ticket, whose date was `promise`, has gone to another unit. `recorded_at` None says that this is history."""
    if promise.made_at == at:
        _first_forward(promise, ticket, owed, at, recorded_at, book)
        return
    if take_back(ticket, owed, at, book):
        if runs(promise, at):
            promise.withdrawn_at = at
            count_one(owed, ticket, promise.unit_id, at)
        return
    held: list = promise.explanation.get("held", [])
    back = next((n for n, (unit_id, *_rest) in enumerate(held) if unit_id == ticket.unit_id), None)
    if _has_enough_left(promise, ticket, at, book):
        chain = held[:back] if back is not None else [*held, [promise.unit_id, iso(at), iso(promise.due_at)]]
        _pass(promise, ticket, owed, at, chain)
        return
    keeper = _keeper(promise, ticket, at, book)
    if keeper is not None and keeper == back:
        move(promise, datetime.fromisoformat(held[back][1]), at, book.calendar(ticket.unit_id), "corrected")
        _pass(promise, ticket, owed, at, held[:back])
        return
    if keeper is not None:
        _pass(promise, ticket, owed, at, held[:keeper], held[keeper][0])
    if not any(p.unit_id == ticket.unit_id and not is_settled(p) for p in of_round(owed, ticket)):
        if back is None:
            make(RESULT, ticket, owed, max(at, recorded_at or at), book)
        else:
            _make_as_it_was(promise, ticket, owed, held[back], at, book)


def take_back(ticket: Ticket, owed: list[Promise], at: datetime, book: Rulebook) -> Promise | None:
    """The date of the answering unit that a correction withdrew in this round, in force again and later by the time in
    between; None where there is none."""
    had = [(p, p.withdrawn_at) for p in of_round(owed, ticket) if p.unit_id == ticket.unit_id]
    withdrawn = [(p, since) for p, since in had if since is not None and since != at and since <= p.due_at]
    if not withdrawn or any(since is None and not is_settled(p) for p, since in had):
        return None
    again, since = withdrawn[-1]
    again.withdrawn_at = again.paused_at = None
    move(again, since, at, book.calendar(ticket.unit_id), "corrected")
    give(again, ticket, owed)
    return again


def since(promise: Promise | None, ticket: Ticket, book: Rulebook) -> datetime | None:
    """Since when the answering unit has had its date, later by the time it lay elsewhere; None where it has none."""
    if promise is None or promise.unit_id != ticket.unit_id:
        return None
    held = promise.explanation.get("held", [])
    begun = datetime.fromisoformat(held[-1][1]) if held else promise.made_at
    away = (pause[:2] for pause in promise.explanation.get("paused", []) if pause[2:])
    calendar = book.calendar(ticket.unit_id)
    for left, back in away:
        elsewhere = working_minutes_between(datetime.fromisoformat(left), datetime.fromisoformat(back), calendar)
        begun = after_working_minutes(begun, elsewhere, calendar) if elsewhere else begun
    return begun


def _first_forward(promise: Promise, ticket: Ticket, owed: list[Promise], at: datetime, recorded_at: datetime | None,
                   book: Rulebook) -> None:
    """What was promised at this very moment has just been made for the unit to come, unless more than half of its time
    was gone when the report was recorded: that is late with who recorded it. History keeps its source's dates."""
    if recorded_at is None or recorded_at <= at + (promise.due_at - at) / 2:
        give(promise, ticket, owed)
        return
    if ticket.recorded_by_id is not None:
        give(promise, ticket, owed, ticket.recorded_by_id)
    make(RESULT, ticket, owed, max(at, recorded_at), book)


def _pass(promise: Promise, ticket: Ticket, owed: list[Promise], at: datetime, chain: list,
          unit_id: int | None = None) -> None:
    why = {name: value for name, value in promise.explanation.items() if name != "held"}
    promise.explanation = why | ({"held": chain} if chain else {})
    giver = promise.unit_id
    give(promise, ticket, owed, unit_id)
    count_one(owed, ticket, giver, at)


def _has_enough_left(promise: Promise, ticket: Ticket, at: datetime, book: Rulebook) -> bool:
    return runs(promise, at) and _a_day_on(at, promise, ticket, at, book) <= promise.due_at


def _keeper(promise: Promise, ticket: Ticket, at: datetime, book: Rulebook) -> int | None:
    """Whose the date stays: the place in the chain of the last one who had it for a working day, or of the first; None
    where that is the giver, or the date has passed."""
    held = promise.explanation.get("held", [])
    if not runs(promise, at):
        return None
    until = at
    for place in range(len(held), 0, -1):
        since = datetime.fromisoformat(held[place - 1][1])
        if _a_day_on(since, promise, ticket, at, book) <= until:
            return place if place < len(held) else None
        until = since
    return 0 if held else None


def _a_day_on(since: datetime, promise: Promise, ticket: Ticket, at: datetime, book: Rulebook) -> datetime:
    """`since` later by what the city leaves a unit at least, by the ticket's level or by that of the date, whichever is
    more: a level put in for two minutes shortens nothing."""
    levels = {ticket.urgency, book.level_of(promise.rule_id) or Urgency.NORMAL.value}
    limits = (book.rule(HANDOVER, ticket, at, urgency=level) for level in levels)
    calendar = book.calendar(promise.unit_id)
    return max((add_working_time(since, amount(least), calendar).due for least in limits if least), default=since)


def _make_as_it_was(promise: Promise, ticket: Ticket, owed: list[Promise], then: list, at: datetime,
                    book: Rulebook) -> None:
    """A date for a unit that gives none away by handing on: the one that it had, later by the time it lay elsewhere."""
    left, due = (datetime.fromisoformat(moment) for moment in then[1:])
    why = {name: value for name, value in promise.explanation.items() if name not in ("held", "paused")}
    why["paused"] = [pause for pause in promise.explanation.get("paused", []) if pause[1] <= then[1]]
    row = unsaved(Promise, kind=RESULT, made_at=at, rule_id=promise.rule_id, due_at=due, explanation=why)
    row.stopped_minutes = promise.stopped_minutes
    move(row, left, at, book.calendar(ticket.unit_id), "corrected")
    owed.append(row)
    give(row, ticket, owed)
