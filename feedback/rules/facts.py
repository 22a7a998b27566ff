"""The few facts of a ticket that figures count, as a small JSON-able dict. Pure.

Shape: ids as integers, moments as whole seconds since the epoch, absent facts left out:
`unit, category, channel, received, resolved, minutes, reopened, rejected, rated, score,
promises: [[unit, due, met], …]` where a promise that is withdrawn or paused is not listed and `met` is 0 or 1.
"""

from collections.abc import Iterable
from datetime import datetime


def _seconds(moment: datetime | None) -> int | None:
    return None if moment is None else int(moment.timestamp())


def of(ticket, promises: Iterable) -> dict:
    """The facts of `ticket` with its `promises`, as they stand."""
    facts = {
        "unit": ticket.unit_id,
        "category": ticket.category_id,
        "channel": ticket.channel_id,
        "received": _seconds(ticket.occurred_at),
        "promises": [
            [p.unit_id, _seconds(p.due_at), int(p.met_at is not None and p.met_at <= p.due_at)]
            for p in promises
            if p.withdrawn_at is None and p.paused_at is None
        ],
    }
    if ticket.resolved_at is not None:
        facts["resolved"] = _seconds(ticket.resolved_at)
        if ticket.handling_minutes is not None:
            facts["minutes"] = ticket.handling_minutes
    if ticket.reopened_at is not None:
        facts["reopened"] = _seconds(ticket.reopened_at)
    if ticket.rejected_at is not None:
        facts["rejected"] = _seconds(ticket.rejected_at)
    if ticket.rated_at is not None:
        facts["rated"] = _seconds(ticket.rated_at)
        facts["score"] = ticket.score
    return facts
