"""Who answers for a date when its ticket goes from unit to unit. Pure, as `lifecycle`, which calls it.

`ticket.stays` is the chain of those who had the ticket in this round, oldest first: from when to when, by which date,
accepted when (`leave`). Everything here is read from it:

* A date that leaves enough time moves along with its ticket. Else it stays with the last unit that had it for a working
  day (`DeadlineRule` "handover"), so that nobody passes it on at the last minute, and nobody pays for giving back at
  once what was not his. What the hotline takes away then is withdrawn: the unit can answer no more.
* A unit that gets a ticket back has what it had when it gave it away: its date, its request, its time to accept.
* What a unit recorded itself is owed by itself alone: its date never moves along.
"""

from dataclasses import dataclass
from datetime import datetime

from districts.calendar import add_working_time, working_minutes_between
from feedback.models import DeadlineRule, Promise, Ticket, Urgency
from feedback.rules.promises import (
    RESULT,
    amount,
    count_one,
    give,
    in_force,
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
REQUEST = ("extension_asked_at", "extension_to", "extension_decided_at", "extension_granted")
moment = datetime.fromisoformat


@dataclass(frozen=True)
class Holder:
    """One who had a date, since they had it first."""

    unit_id: int
    since: datetime
    until: datetime


# --- what is remembered ------------------------------------------------------------------------------------------


def leave(ticket: Ticket, owed: list[Promise], at: datetime) -> None:
    """The unit that answers loses its ticket: what it had is kept, in codes, for when the ticket comes back. What was
    recorded and forwarded at one moment lay nowhere."""
    if not ticket.stays and (ticket.recorded_at >= at or _had_since(ticket) >= at):
        return
    since, promise = _had_since(ticket), in_force(owed, ticket)
    stay: dict = {"unit": ticket.unit_id, "since": iso(since), "until": iso(at)}
    if ticket.minutes_to_accept is not None and ticket.accepted_at is not None:
        stay |= {"accepted": iso(ticket.accepted_at), "minutes": ticket.minutes_to_accept}
    if promise is not None and promise.unit_id == ticket.unit_id and not is_settled(promise):
        stay |= {"due": iso(promise.due_at), "rule": promise.rule_id, "why": promise.explanation,
                 "stopped": promise.stopped_minutes}
        for name in ("first_due_at", *REQUEST):
            if (value := getattr(promise, name)) is not None:
                stay[name] = iso(value) if isinstance(value, datetime) else value
    ticket.stays = [*(ticket.stays or []), stay]


def _had_since(ticket: Ticket) -> datetime:
    if ticket.stays:
        return moment(ticket.stays[-1]["until"])
    return max(filter(None, (ticket.forwarded_at, ticket.round_began, ticket.recorded_at)))


def accept(ticket: Ticket, at: datetime, book: Rulebook) -> None:
    """What a unit accepted before it gave the ticket away is accepted; else it took all the time that it lay there."""
    own = [stay for stay in ticket.stays or [] if stay["unit"] == ticket.unit_id]
    if accepted := next((stay for stay in own if "accepted" in stay), None):
        ticket.accepted_at, ticket.minutes_to_accept = moment(accepted["accepted"]), accepted["minutes"]
        return
    lay = [(moment(stay["since"]), moment(stay["until"])) for stay in own] + [(_had_since(ticket), at)]
    calendar = book.calendar(ticket.unit_id)
    ticket.accepted_at = at
    ticket.minutes_to_accept = sum(working_minutes_between(*span, calendar) for span in lay if span[0] < span[1])


def _holders(ticket: Ticket) -> list[Holder]:
    """Those who had the date that the last one had, each once: who gets it back is where they were before."""
    line: list[Holder] = []
    before: dict[int, list[Holder]] = {}
    first: dict[int, datetime] = {}
    stays = ticket.stays or []
    for stay in stays:
        unit_id = stay["unit"]
        line = before.setdefault(unit_id, line)
        line = [*line, Holder(unit_id, first.setdefault(unit_id, moment(stay["since"])), moment(stay["until"]))]
        if "ended" in stay and stay is not stays[-1]:
            line = []
    return line


def end(ticket: Ticket) -> None:
    """The date of who gave the ticket away last does not go on with it."""
    if stays := ticket.stays:
        ticket.stays = [*stays[:-1], stays[-1] | {"ended": 1}]


# --- handing on ---------------------------------------------------------------------------------------------------


def hand_on(promise: Promise, ticket: Ticket, owed: list[Promise], at: datetime, recorded_at: datetime | None,
            book: Rulebook, *, by_hotline: bool = False) -> None:
    """The ticket, whose date was `promise`, has gone to another unit. `recorded_at` None says that this is history."""
    if promise.made_at == at:
        _first_forward(promise, ticket, owed, at, recorded_at, book)
        return
    holders = _holders(ticket)
    is_ones_own = promise.is_self_made and ticket.recorded_by_id != ticket.unit_id
    goes = not is_ones_own and _has_enough_left(promise, ticket, at, book)
    has_own, had_this = _has_own(ticket, owed), any(holder.unit_id == ticket.unit_id for holder in holders)
    if is_ones_own:
        _end_own(promise.unit_id, ticket, owed, at)
    elif not goes and _stay_behind(promise, holders, ticket, owed, at, book, by_hotline):
        return
    again = None if has_own or (goes and had_this) else take_back(ticket, owed, at, book)
    if goes and again is None:
        _pass(promise, ticket, owed, at)
        return
    end(ticket)
    if goes:  # the receiver has a date of its own again
        _withdraw(promise, ticket, owed, at)
    elif again is None and not has_own:
        make(RESULT, ticket, owed, max(at, recorded_at or at), book)


def _stay_behind(promise: Promise, holders: list[Holder], ticket: Ticket, owed: list[Promise], at: datetime,
                 book: Rulebook, by_hotline: bool) -> bool:
    """A date that does not move along stays with its keeper, or ends; True where the keeper is who has the ticket."""
    keeper = _keeper(promise, holders, ticket, at, book) if runs(promise, at) else None
    if keeper is not None and keeper.unit_id == ticket.unit_id:
        move(promise, keeper.until, at, book.calendar(ticket.unit_id), "corrected")
        _pass(promise, ticket, owed, at)
        return True
    if by_hotline and promise.unit_id != book.unassigned_id:
        _withdraw(promise, ticket, owed, at)
    elif keeper is not None and keeper.unit_id != promise.unit_id:
        _pass(promise, ticket, owed, at, keeper.unit_id)
    return False


def _end_own(unit_id: int, ticket: Ticket, owed: list[Promise], at: datetime) -> None:
    """What a unit promised on its own record is over when the record lies elsewhere; what it was late with stays."""
    for promise in owed:
        if promise.is_self_made and promise.unit_id == unit_id:
            _withdraw(promise, ticket, owed, at)


def take_back(ticket: Ticket, owed: list[Promise], at: datetime, book: Rulebook) -> Promise | None:
    """The date that the answering unit had when it lost the ticket in this round, later by the time in between: the
    same one where that was withdrawn, else one like it. None where it had none, was late, or has a date."""
    stay = _last_stay(ticket)
    if stay is None or _has_own(ticket, owed):
        return None
    left = moment(stay["until"])
    row = next((p for p in of_round(owed, ticket) if p.unit_id == ticket.unit_id and p.withdrawn_at == left), None)
    if row is None:
        row = _as_it_was(stay, ticket, owed, at)
    row.withdrawn_at = row.paused_at = None
    move(row, left, at, book.calendar(ticket.unit_id), "corrected")
    give(row, ticket, owed)
    return row


def _as_it_was(stay: dict, ticket: Ticket, owed: list[Promise], at: datetime) -> Promise:
    row = unsaved(Promise, kind=RESULT, made_at=at, unit_id=ticket.unit_id, rule_id=stay["rule"],
                  due_at=moment(stay["due"]), explanation=stay["why"], stopped_minutes=stay["stopped"])
    _recall(row, stay)
    if "first_due_at" in stay:
        row.first_due_at = moment(stay["first_due_at"])
        if missed := next((p for p in owed if p.first_unit_id == ticket.unit_id), None):
            row.first_unit_id, missed.first_unit_id = missed.first_unit_id, None
    owed.append(row)
    return row


def _recall(promise: Promise, stay: dict) -> None:
    """What the unit had asked for, and what came of it."""
    for name in REQUEST:
        value = stay.get(name)
        setattr(promise, name, moment(value) if isinstance(value, str) else value)


def _last_stay(ticket: Ticket) -> dict | None:
    """Of the unit that has the ticket now, with a date that was not late when it lost it."""
    own = [stay for stay in ticket.stays or [] if stay["unit"] == ticket.unit_id]
    return own[-1] if own and "due" in own[-1] and moment(own[-1]["until"]) <= moment(own[-1]["due"]) else None


def _has_own(ticket: Ticket, owed: list[Promise]) -> bool:
    """A date that stayed with the unit when it gave the ticket away."""
    return any(p.unit_id == ticket.unit_id and not is_settled(p) for p in of_round(owed, ticket))


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


def _pass(promise: Promise, ticket: Ticket, owed: list[Promise], at: datetime, unit_id: int | None = None) -> None:
    """To the unit that has the ticket now, or to `unit_id`; who asked before for a later date has asked."""
    giver = promise.unit_id
    give(promise, ticket, owed, unit_id)
    asked = [stay for stay in ticket.stays or [] if stay["unit"] == promise.unit_id and REQUEST[0] in stay]
    if asked and not promise.extension_granted:
        _recall(promise, asked[-1])
    count_one(owed, ticket, giver, at)


def _withdraw(promise: Promise, ticket: Ticket, owed: list[Promise], at: datetime) -> None:
    if runs(promise, at):
        promise.withdrawn_at = at
        count_one(owed, ticket, promise.unit_id, at)


def _has_enough_left(promise: Promise, ticket: Ticket, at: datetime, book: Rulebook) -> bool:
    return runs(promise, at) and _a_day_on(at, promise, ticket, at, book) <= promise.due_at


def _keeper(promise: Promise, holders: list[Holder], ticket: Ticket, at: datetime, book: Rulebook) -> Holder | None:
    """Whose the date stays: the last one who had it for a working day, or the first."""
    for holder in reversed(holders):
        if _a_day_on(holder.since, promise, ticket, at, book) <= holder.until:
            return holder
    return holders[0] if holders else None


def _a_day_on(since: datetime, promise: Promise, ticket: Ticket, at: datetime, book: Rulebook) -> datetime:
    """`since` later by what the city leaves a unit at least, by the ticket's level or by that of the date, whichever is
    more: a level put in for two minutes shortens nothing."""
    levels = {ticket.urgency, book.level_of(promise.rule_id) or Urgency.NORMAL.value}
    limits = (book.rule(HANDOVER, ticket, at, urgency=level) for level in levels)
    calendar = book.calendar(promise.unit_id)
    return max((add_working_time(since, amount(least), calendar).due for least in limits if least), default=since)
