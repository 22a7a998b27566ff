"""The few facts of a ticket that figures count, as a small JSON-able dict. Pure.

Shape: ids as integers, moments as whole seconds since the epoch, absent facts left out:
`unit, area, self, category, channel, received, resolved, minutes, reopened, rejected, rated, score,
promises: [[unit, due, met, self], …]` where a promise that is withdrawn or paused is not listed, `met` is 0 or 1, and
`self` says that the unit recorded the ticket itself. Outbox rows of an older shape lack `area` and `self`.
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
            [p.unit_id, _seconds(p.due_at), int(p.met_at is not None and p.met_at <= p.due_at), int(p.is_self_made)]
            for p in promises
            if p.withdrawn_at is None and p.paused_at is None
        ],
    }
    if ticket.area_id is not None:
        facts["area"] = ticket.area_id
    if ticket.recorded_by_id is not None and ticket.recorded_by_id == ticket.unit_id:
        facts["self"] = 1
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
