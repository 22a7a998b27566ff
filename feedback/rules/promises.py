"""Who owes what until when: how the promises of a ticket are made, handed on, stopped, settled and withdrawn.

Pure, as `lifecycle`, which calls it. A promise is broken by the clock alone: the date in force passed while it ran. No
verb takes that back, and it stays with the unit that answered at that moment; `docs/promises.md` of the design, in
short: **no button changes a verdict**. Limits (what must be left to move along, how long citizens may be waited for)
are `DeadlineRule` rows; where the city has no such row there is no such limit.
"""

from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from enum import Enum

from districts.calendar import (
    Amount,
    AmountUnit,
    Calendar,
    add_working_time,
    after_working_minutes,
    minutes_of,
    working_minutes_between,
)
from feedback.models import DeadlineRule, Promise, Ticket
from feedback.rules.rows import unsaved
from feedback.rules.rulebook import Rulebook

Kind = DeadlineRule.Kind
RESULT = Kind.RESULT.value
FORWARD, CLARIFY = Kind.FORWARD.value, Kind.CLARIFY.value
OF_HOTLINE = (FORWARD, CLARIFY)  # the hotline's own clocks, kept by the row "unassigned"
BY_RULE = "by rule"  # the promise follows the deadline rules (the default of an intake)


def iso(moment: datetime) -> str:
    """As moments stand in explanations and events."""
    return moment.astimezone(UTC).isoformat()


class Verdict(Enum):
    RUNNING = "running"
    STOPPED = "stopped"  # waiting for the citizen
    KEPT = "kept"
    BROKEN = "broken"
    WITHDRAWN = "withdrawn"


def verdict(promise: Promise, now: datetime) -> Verdict:
    """How the promise stands at `now`."""
    if promise.withdrawn_at is not None:
        return Verdict.WITHDRAWN
    if promise.met_at is not None:
        return Verdict.KEPT if promise.met_at <= promise.due_at else Verdict.BROKEN
    if promise.paused_at is not None:
        return Verdict.STOPPED
    return Verdict.BROKEN if promise.due_at < now else Verdict.RUNNING


def is_settled(promise: Promise) -> bool:
    return promise.met_at is not None or promise.withdrawn_at is not None


def runs(promise: Promise, at: datetime) -> bool:
    """Neither settled nor broken: its date can still be kept."""
    return verdict(promise, at) in (Verdict.RUNNING, Verdict.STOPPED)


def of_round(promises: Iterable[Promise], ticket: Ticket) -> list[Promise]:
    """The promises of an answer since receipt, or since the ticket was reopened last."""
    since = ticket.round_began
    return [p for p in promises if p.kind == RESULT and (since is None or p.made_at >= since)]


def in_force(promises: list[Promise], ticket: Ticket) -> Promise | None:
    """The promise that the citizen's date comes from: of the round and not withdrawn, the one of the unit that answers
    now (that which counts), so that a unit which gets back what it was late with is late with it; else the last of
    anybody."""
    standing = [p for p in of_round(promises, ticket) if p.withdrawn_at is None]
    if len(standing) < 2:  # nearly always
        return standing[0] if standing else None
    own = sorted((p for p in standing if p.unit_id == ticket.unit_id), key=lambda p: not p.counts)
    return next(iter(own or standing[-1:]), None)


def dates(promises: list[Promise], ticket: Ticket) -> tuple[datetime | None, datetime | None]:
    """(the date in force, the first date that another unit still owes an answer by)."""
    current = in_force(promises, ticket)
    owed = [p.due_at for p in promises if p.kind == RESULT and not is_settled(p)
            and p is not current and p.unit_id != ticket.unit_id]
    return current.due_at if current else None, min(owed, default=None)


# --- making and handing on --------------------------------------------------------------------------------------


def make(kind: str, ticket: Ticket, promises: list[Promise], start: datetime, book: Rulebook, *,
         date: object = BY_RULE, unit_id: int | None = None) -> None:
    """Add to `promises` one of `kind`, made at `start` to the unit that answers; none where no rule makes one.

    `date` is BY_RULE, the date that the source gives, or None: no promise. `unit_id` names whose calendar counts where
    the ticket is about to go there.
    """
    row = unsaved(Promise, kind=kind, made_at=start, explanation={})
    if date == BY_RULE:
        due = book.due(kind, category_id=ticket.category_id, urgency=ticket.urgency,
                       needs_several=ticket.needs_several, start=start, unit_id=unit_id or ticket.unit_id)
        if due is None:
            return
        row.rule_id, row.due_at, row.explanation = due.rule.pk, due.at, due.explanation
    elif date is None:
        return
    else:
        row.due_at, row.explanation = date, {"given": "source"}
    promises.append(row)
    give(row, ticket, promises)


def give(promise: Promise, ticket: Ticket, promises: list[Promise], unit_id: int | None = None) -> None:
    """The promise is now kept, or broken, by the unit that answers (or by `unit_id`). At most one counts (`_beside`):
    later dates bind towards the citizen, and make no rate better or worse. What the giver asked for and did not get is
    not asked for by the receiver."""
    before, promise.unit_id = promise.unit_id, ticket.unit_id if unit_id is None else unit_id
    promise.is_self_made = ticket.recorded_by_id is not None and ticket.recorded_by_id == promise.unit_id
    promise.counts = not any(other.counts for other in _beside(promise, ticket, promises))
    if before != promise.unit_id and not promise.extension_granted:
        promise.extension_asked_at = promise.extension_to = None
        promise.extension_decided_at = promise.extension_granted = None


def _beside(promise: Promise, ticket: Ticket, promises: list[Promise]) -> list[Promise]:
    """The standing promises of which one counts together with this one: an answer's of the same unit on this ticket,
    the hotline's to find out who is competent in this round."""
    alike = [p for p in promises if p.kind == promise.kind and p is not promise and p.withdrawn_at is None]
    if promise.kind == RESULT:
        return [p for p in alike if p.unit_id == promise.unit_id]
    return [p for p in alike if ticket.round_began is None or p.made_at >= ticket.round_began]


def amount(rule: DeadlineRule) -> Amount:
    return Amount(rule.amount, AmountUnit(rule.amount_unit))


# --- the clock --------------------------------------------------------------------------------------------------


def stop(promise: Promise, ticket: Ticket, at: datetime, book: Rulebook) -> bool:
    """Stop the clock while the citizen is asked, if it still runs and may still wait; says whether it stopped."""
    if verdict(promise, at) is not Verdict.RUNNING:
        return False
    until = waits_until(promise, ticket, at, book)
    if until is not None and until <= at:
        return False
    promise.paused_at = at
    return True


def waits_until(promise: Promise, ticket: Ticket, since: datetime, book: Rulebook) -> datetime | None:
    """When a clock stopped at `since` runs again by itself: all pauses of a promise together are limited by a rule;
    None without such a rule."""
    limit = book.rule(Kind.WAITING, ticket, promise.made_at)
    if limit is None:
        return None
    calendar = book.calendar(promise.unit_id)
    left = minutes_of(amount(limit), calendar) - promise.stopped_minutes
    return later(since, left, promise, calendar) if left > 0 else since


def resume(promise: Promise, ticket: Ticket, at: datetime, book: Rulebook) -> int:
    """The clock runs again, at `at` or when it had waited long enough; returns the working minutes it stood."""
    since, promise.paused_at = promise.paused_at, None
    return 0 if since is None else stand(promise, ticket, since, at, book)


def stand(promise: Promise, ticket: Ticket, since: datetime, at: datetime, book: Rulebook, *why: str) -> int:
    """The clock stood from `since` to `at`, or as long as it may; all its dates are later by the minutes that it stood,
    no more and no less. Returns the working minutes among them."""
    limit, calendar = waits_until(promise, ticket, since, book), book.calendar(promise.unit_id)
    until = at if limit is None else min(at, limit)
    promise.stopped_minutes += move(promise, since, until, calendar, *why)
    return working_minutes_between(since, until, calendar)


def move(promise: Promise, since: datetime, until: datetime, calendar: Calendar, *why: str) -> int:
    """All dates later by the time between; the explanation says so. Returns the minutes."""
    minutes = stood(promise, since, until, calendar)
    if not minutes:
        return 0
    for name in ("first_due_at", "extension_to", "due_at"):
        if (date := getattr(promise, name)) is not None and since < date:  # what was late stays late
            setattr(promise, name, later(date, minutes, promise, calendar))
    pause = [iso(since), iso(until), *why]
    promise.explanation = promise.explanation | {"paused": [*promise.explanation.get("paused", []), pause]}
    return minutes


def stood(promise: Promise, since: datetime, until: datetime, calendar: Calendar) -> int:
    """Whole minutes from `since` to `until` as the promise counts them: of working time, or of any time where it runs
    day and night. The same measure limits waiting and moves dates; else a pause overnight would be free."""
    if promise.explanation.get("unit") == AmountUnit.MINUTES:
        return max(0, int((until - since).total_seconds()) // 60)
    return working_minutes_between(since, until, calendar)


def later(moment: datetime, minutes: int, promise: Promise, calendar: Calendar) -> datetime:
    """`moment` later by so many minutes as the promise counts them."""
    if promise.explanation.get("unit") == AmountUnit.MINUTES:
        return moment + timedelta(minutes=minutes)
    return after_working_minutes(moment, minutes, calendar)


def is_asked(promise: Promise, at: datetime) -> bool:
    """A request for extension waits for its decision; when the date passes it lapses."""
    return promise.extension_asked_at is not None and promise.extension_decided_at is None and runs(promise, at)


def latest_extension(promise: Promise, ticket: Ticket, at: datetime, book: Rulebook) -> datetime | None:
    """The latest date that may be asked for; None where the city sets no limit."""
    limit = book.rule(Kind.EXTENSION, ticket, at)
    return add_working_time(promise.due_at, amount(limit), book.calendar(promise.unit_id)).due if limit else None


def decide(promise: Promise, at: datetime, granted: bool) -> None:
    """The answer to a request. Granted, there is a new date in force; the citizen's first date stands beside it."""
    promise.extension_decided_at, promise.extension_granted = at, granted
    if not granted or promise.extension_to is None:
        return
    promise.first_due_at, promise.due_at = promise.due_at, promise.extension_to
    promise.explanation = promise.explanation | {"extended": [iso(at), iso(promise.due_at)]}


def note_missed(promise: Promise, at: datetime) -> None:
    """The citizen's first date has a verdict of its own: once it passed while the clock ran it was missed, by the unit
    that had it then, whatever becomes of the later one."""
    first = promise.first_due_at
    if first is None or promise.first_unit_id is not None or first >= at or promise.paused_at is not None:
        return
    if promise.counts and not promise.is_self_made and not is_settled(promise):
        promise.first_unit_id = promise.unit_id


# --- settling ---------------------------------------------------------------------------------------------------


def settle(promises: list[Promise], ticket: Ticket, at: datetime, kinds: Iterable[str] = (RESULT, *OF_HOTLINE)) -> None:
    """Everything still owed of these kinds is answered at `at`; what is late is late. One answer keeps one promise,
    that of the unit which gave it: a date that stayed behind with another unit counts only if it is broken."""
    for promise in [p for p in promises if p.kind in kinds and not is_settled(p)]:
        promise.met_at = at
        if verdict(promise, at) is Verdict.BROKEN:
            _count_instead_of_kept(promise, ticket, promises, at)
        elif promise.kind == RESULT and promise.unit_id != ticket.unit_id:
            promise.counts = False


def _count_instead_of_kept(broken: Promise, ticket: Ticket, promises: list[Promise], at: datetime) -> None:
    """Of those of which one counts a broken one does before a kept one."""
    counted = [p for p in (broken, *_beside(broken, ticket, promises)) if p.counts]
    if all(verdict(p, at) is Verdict.KEPT for p in counted):
        for promise in counted:
            promise.counts = False
        broken.counts = True


def withdraw_running(promises: list[Promise], at: datetime) -> None:
    """Nothing is owed any more; a date that has passed stays broken."""
    for promise in promises:
        if runs(promise, at):
            promise.withdrawn_at = at


def restore(promises: list[Promise], ticket: Ticket, ended_at: datetime, at: datetime, book: Rulebook) -> int:
    """Undo a withdrawal at `ended_at`: each date runs on as after a pause, limited like all pauses; returns the working
    minutes in between that nobody worked on it. A clock that waited for the citizen then waits on, and its own pause
    holds those minutes. The hotline's own clocks, whose deed it was, do not move."""
    idle = 0
    for promise in promises:
        if promise.withdrawn_at == ended_at and promise.met_at is None:
            promise.withdrawn_at = None
            count_one(promises, ticket, promise.unit_id, at)
            if promise.paused_at is not None:
                ticket.paused_at = promise.paused_at
            elif promise.kind == RESULT:
                idle = stand(promise, ticket, ended_at, at, book, "merged")
    return idle


def may_be_withdrawn(promise: Promise, at: datetime, book: Rulebook) -> bool:
    """A broken promise of an answer that a unit made; what the hotline itself owes it cannot excuse."""
    is_units = promise.kind == RESULT and promise.unit_id != book.unassigned_id
    return is_units and verdict(promise, at) is Verdict.BROKEN


def withdraw_broken(promise: Promise, ticket: Ticket, promises: list[Promise], at: datetime) -> None:
    """A broken promise that was no case of the city's. Another one of the same unit in the same round then counts, a
    broken one before any other. What it missed first is no case of the city's either."""
    promise.withdrawn_at, promise.first_unit_id = at, None
    count_one(promises, ticket, promise.unit_id, at)


def count_one(promises: list[Promise], ticket: Ticket, unit_id: int, at: datetime) -> None:
    """Of a unit's standing promises a broken one counts before a kept one; where none counts any more, the last of the
    round does, unless it was kept by another unit's answer, or with one that was not good."""
    standing = [p for p in promises if p.kind == RESULT and p.unit_id == unit_id and p.withdrawn_at is None]
    broken = next((p for p in standing if verdict(p, at) is Verdict.BROKEN), None)
    if broken is not None:
        _count_instead_of_kept(broken, ticket, promises, at)
    elif not any(p.counts for p in standing):
        for promise in of_round(standing, ticket)[-1:]:
            promise.counts = promise.met_at is None or unit_id == ticket.unit_id


def not_counted_again(promises: list[Promise], at: datetime) -> None:
    """A new round begins because the answer was not good: what was kept with it is no longer counted, whoever's date it
    was; what was broken is. So a ticket adds one promise to a unit's rate, however often it is answered."""
    for promise in promises:
        if promise.kind == RESULT and verdict(promise, at) is Verdict.KEPT:
            promise.counts = False
