"""The few facts of a ticket that figures count, as a small JSON-able dict. Pure.

Shape: ids as integers, moments as whole seconds since the epoch, absent facts left out:
`unit, area, self, category, channel, received, accepted, minutes_to_accept, resolved, minutes, stopped, reopened,
reopened_unit, rejected, rated, score, rated_unit (the unit whose answer it was, where another one has the ticket now),
ratings: [[unit, when, score], …] (of other units' answers), promises: [[unit, due, met, self], …]`, where `met` is 0 or
1 and `self` says that the unit recorded the ticket itself. Stars on what a unit recorded itself are left out. A promise
that is withdrawn, stopped, or does not count is not listed. What is not a plain promise of an answer has more:
`[unit, due, met, self, kind, first, met_first, met_at, minutes]`: the date without an extension, whether that was kept,
and what it took. A first date that was missed is an entry of its own, of kind "first" and of the unit that missed it,
whatever became of the promise, whose own `first` is then 0. Outbox rows of an older shape lack what came later, and
count as before.
"""

from collections.abc import Iterable, Iterator
from datetime import datetime

RESULT, FIRST = "result", "first"


def _seconds(moment: datetime | None) -> int | None:
    return None if moment is None else int(moment.timestamp())


def of(ticket, promises: Iterable) -> dict:
    """The facts of `ticket` with its `promises`, as they stand."""
    facts = {
        "unit": ticket.unit_id,
        "category": ticket.category_id,
        "channel": ticket.channel_id,
        "received": _seconds(ticket.occurred_at),
        "promises": list(_entries(promises)),
    }
    if ticket.area_id is not None:
        facts["area"] = ticket.area_id
    if ticket.recorded_by_id is not None and ticket.recorded_by_id == ticket.unit_id:
        facts["self"] = 1
    if ticket.minutes_to_accept is not None:
        facts["accepted"], facts["minutes_to_accept"] = _seconds(ticket.accepted_at), ticket.minutes_to_accept
    if ticket.resolved_at is not None:
        facts["resolved"] = _seconds(ticket.resolved_at)
        if ticket.handling_minutes is not None:
            facts["minutes"] = ticket.handling_minutes
            if ticket.paused_minutes:
                facts["stopped"] = ticket.paused_minutes
    if ticket.rejected_at is not None:
        facts["rejected"] = _seconds(ticket.rejected_at)
    _add_verdict_of_citizens(facts, ticket)
    return facts


def _add_verdict_of_citizens(facts: dict, ticket) -> None:
    if ticket.reopened_at is not None:
        facts["reopened"] = _seconds(ticket.reopened_at)
        if ticket.reopened_unit_id not in (None, ticket.unit_id):
            facts["reopened_unit"] = ticket.reopened_unit_id
    if ticket.rated_at is not None and ticket.recorded_by_id != (ticket.rated_unit_id or ticket.unit_id):
        facts["rated"], facts["score"] = _seconds(ticket.rated_at), ticket.score
        if ticket.rated_unit_id not in (None, ticket.unit_id):
            facts["rated_unit"] = ticket.rated_unit_id
    if ticket.other_ratings:
        facts["ratings"] = [[unit_id, _seconds(datetime.fromisoformat(at)), score]
                            for unit_id, at, score in ticket.other_ratings if unit_id != ticket.recorded_by_id]


def _entries(promises: Iterable) -> Iterator[list]:
    for promise in promises:
        if promise.withdrawn_at is None and promise.paused_at is None and promise.counts:
            yield _promise(promise)
        if promise.first_unit_id is not None:
            yield [promise.first_unit_id, _seconds(promise.first_due_at), 0, 0, FIRST]


def _promise(promise) -> list:
    met_at, due_at = promise.met_at, promise.due_at
    plain = [promise.unit_id, _seconds(due_at), int(met_at is not None and met_at <= due_at), int(promise.is_self_made)]
    if promise.kind == RESULT and promise.first_due_at is None:
        return plain
    if promise.first_unit_id is not None:
        return [*plain, promise.kind, 0]
    first = promise.first_due_at or due_at
    took = None if met_at is None else int((met_at - promise.made_at).total_seconds() // 60)
    met_first = int(met_at is not None and met_at <= first)
    return [*plain, promise.kind, _seconds(first), met_first, _seconds(met_at), took]
