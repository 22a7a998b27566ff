"""Tickets and their history as JSON: codes instead of ids, instants in UTC, no contact data, no phone number."""

from datetime import UTC, datetime
from typing import Any

from feedback.models import Promise, Ticket, TicketEvent
from feedback.rules import promises
from feedback.rules.rulebook import rulebook
from hcmc_ioc.lib.sql import rows
from hcmc_ioc.lib.text import hide_phones

_COORDINATING = """
    SELECT unit.code FROM feedback_ticket_coordinating AS beside JOIN districts_unit AS unit ON unit.id = beside.unit_id
    WHERE beside.ticket_id = %s ORDER BY unit.code
"""


def instant(value: datetime | None) -> str | None:
    return None if value is None else value.astimezone(UTC).isoformat().replace("+00:00", "Z")


def code_of(row: Any) -> str | None:
    return None if row is None else row.code


def ticket(row: Ticket) -> dict:
    """A line of a list."""
    return {
        "code": row.code,
        "version": row.version,
        "title": hide_phones(row.title),
        "state": row.state,
        "is_open": row.is_open,
        "urgency": row.urgency,
        "category": row.category.code,
        "field": (row.category.parent or row.category).code,
        "channel": row.channel.code,
        "unit": row.unit.code,
        "area": code_of(row.area),
        "address": hide_phones(row.address),
        "lat": row.lat,
        "lon": row.lon,
        "occurred_at": instant(row.occurred_at),
        "recorded_at": instant(row.recorded_at),
        "due_at": instant(row.due_at),
        "paused_at": instant(row.paused_at),
        "accepted_at": instant(row.accepted_at),
        "resolved_at": instant(row.resolved_at),
        "closed_at": instant(row.closed_at),
        "rejected_at": instant(row.rejected_at),
        "reopened_at": instant(row.reopened_at),
        "handling_minutes": row.handling_minutes,
        "score": row.score,
        "reporter_count": row.reporter_count,
        "is_public": row.is_public,
        "needs_several": row.needs_several,
        "source_system": row.source_system,
        "source_id": row.source_id,
    }


LISTED = (  # the columns of it
    "code", "version", "title", "state", "is_open", "urgency", "category_id", "channel_id", "unit_id", "area_id",
    "address", "lat", "lon", "occurred_at", "recorded_at", "due_at", "paused_at", "accepted_at", "resolved_at",
    "closed_at", "rejected_at", "reopened_at", "handling_minutes", "score", "reporter_count", "is_public",
    "needs_several", "source_system", "source_id",
)


def whole(row: Ticket, now: datetime) -> dict:
    """The ticket alone, with the words of the report and every promise that was made."""
    made = rulebook().with_units(row.made if hasattr(row, "made") else row.promises.order_by("pk"))
    return ticket(row) | {
        "body": hide_phones(row.body),
        "coordinating": [code for code, in rows(_COORDINATING, [row.pk])],
        "merged_into": code_of(row.merged_into),
        "promises": [_promise(one, now) for one in made],
    }


def _promise(row: Promise, now: datetime) -> dict:
    return {
        "kind": row.kind,
        "unit": row.unit.code,
        "made_at": instant(row.made_at),
        "due_at": instant(row.due_at),
        "first_due_at": instant(row.first_due_at or row.due_at),
        "met_at": instant(row.met_at),
        "withdrawn_at": instant(row.withdrawn_at),
        "verdict": promises.verdict(row, now).value,
    }


def event(row: TicketEvent) -> dict:
    """One thing that happened. `words` are what people wrote; `is_public` whether the citizen reads them."""
    text = getattr(row, "text", None)
    unit = rulebook().units.get(row.unit_id)
    return {
        "id": row.pk,
        "version": row.version,
        "verb": row.verb,
        "at": instant(row.at),
        "recorded_at": instant(row.recorded_at),
        "actor_kind": row.actor_kind,
        "unit": code_of(unit),
        "state_before": row.state_before,
        "state_after": row.state_after,
        "words": hide_phones(text.words) if text else "",
        "is_public": bool(text and text.is_public),
    }
