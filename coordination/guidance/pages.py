"""What the pages of guidance show, as contexts."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from accounts.actors import Actor
from coordination.guidance import access
from coordination.models import Guidance, GuidanceReceipt, GuidanceSession, SessionUnit
from districts.models import Unit


@dataclass(frozen=True)
class Row:
    """One piece of guidance in the list: of all units how many have read its latest version; whether the reader's own
    has (None for whom it is not given to); questions without an answer."""

    guidance: Guidance
    read: int
    own: bool | None
    open_questions: int


def rows(actor: Actor, found: list[Guidance], unit_ids: set[int]) -> list[Row]:
    """As many questions to the database for one as for all."""
    latest = {one.pk: one.version for one in found}
    read: dict[int, set[int]] = {pk: set() for pk in latest}
    for pk, number, unit in GuidanceReceipt.objects.filter(guidance__in=latest).values_list(
            "guidance", "number", "unit"):
        if number == latest[pk]:
            read[pk].add(unit)
    waiting = dict.fromkeys(latest, 0)
    for pk in Guidance.objects.filter(pk__in=latest, questions__answered_at=None,
                                      questions__isnull=False).values_list("pk", flat=True):
        waiting[pk] += 1
    own = actor.own_unit_id if access.is_for(actor) else None
    return [Row(one, len(read[one.pk] & unit_ids), own in read[one.pk] if own else None, waiting[one.pk])
            for one in found]


def one(actor: Actor, guidance: Guidance) -> dict[str, Any]:
    """One piece: its words, who has read them, questions with answers."""
    versions = list(guidance.versions.select_related("user"))
    receipts = {row.unit_id: row for row in guidance.receipts.filter(number=guidance.version).select_related("user")}
    units = access.units() if access.may_give(actor) else []
    own = receipts.get(actor.own_unit_id or 0)
    asks = access.is_for(actor) and guidance.withdrawn_at is None
    return {
        "guidance": guidance, "version": versions[0], "earlier": versions[1:], "gives": access.may_give(actor),
        "read": [(unit, receipts[unit.pk]) for unit in units if unit.pk in receipts],
        "unread": [unit for unit in units if unit.pk not in receipts], "own": own, "asks": asks,
        "may_confirm": asks and own is None,
        "questions": list(guidance.questions.select_related("unit", "user", "answered_by")),
        "sessions": list(guidance.sessions.filter(cancelled_at=None)),
    }


def session(actor: Actor, chosen: GuidanceSession, now: datetime) -> dict[str, Any]:
    """One session: who comes, or who came."""
    rows = {row.unit_id: row for row in chosen.units.select_related("unit", "user")}
    gives, has_begun = access.may_give(actor), now >= chosen.starts_at
    own = rows.get(actor.own_unit_id or 0) if access.is_for(actor) else None
    every: list[Unit] = access.units() if gives else []
    known = sorted(rows.values(), key=lambda row: row.unit.sort_key)
    return {
        "session": chosen, "gives": gives, "has_begun": has_begun, "own": own,
        "rows": known if gives else [], "coming": sum(row.people for row in known),
        "came": sum(row.came or 0 for row in known), "came_units": sum(bool(row.came) for row in known),
        "silent": [unit for unit in every if unit.pk not in rows],
        "may_register": access.is_for(actor) and not has_begun and not chosen.cancelled_at,
        "may_note": gives and has_begun and not chosen.cancelled_at,
        "may_cancel": gives and not chosen.cancelled_at and not chosen.held_at,
    }


def coming(now: datetime) -> list[GuidanceSession]:
    """Sessions ahead, the next first."""
    return list(GuidanceSession.objects.filter(starts_at__gte=now, cancelled_at=None).order_by("starts_at"))


def attended(units: list[int]) -> dict[int, int]:
    """How many sessions each of these units came to."""
    found = dict.fromkeys(units, 0)
    for unit in SessionUnit.objects.filter(unit__in=units, came__gt=0).values_list("unit_id", flat=True):
        found[unit] += 1
    return found
