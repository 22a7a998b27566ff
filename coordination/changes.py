"""The only writer of the rooms' log: what a row said before, what it says now."""

from collections.abc import Iterable
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from django.db import models
from django.utils import timezone

from accounts.actors import Actor
from coordination.models import Change


def state(row: models.Model | None, fields: Iterable[str]) -> dict[str, Any]:
    """These fields of a row, as the log keeps them; {} where there is no row yet."""
    return {name: _plain(getattr(row, name)) for name in fields} if row is not None and row.pk else {}


def note(actor: Actor, about: str, number: int, unit_id: int, what: str, *, before: dict | None = None,
         after: dict | None = None, reason: str = "", at: datetime | None = None) -> Change | None:
    """Write a change down: of two states only what differs; nothing where nothing does."""
    before, after = before or {}, after or {}
    differing = [name for name in {**before, **after} if before.get(name) != after.get(name)]
    if (before or after) and not differing:
        return None
    return Change.objects.create(
        about=about, number=number, unit_id=unit_id, at=at or timezone.now(), user=actor.user, actor_ref=actor.ref,
        what=str(what)[:200], reason=reason, before={name: before[name] for name in differing if name in before},
        after={name: after[name] for name in differing if name in after})


def of(about: str, number: int, most: int = 50) -> list[Change]:
    """The changes of one row, the newest first."""
    return list(Change.objects.filter(about=about, number=number).select_related("user")[:most])


def _plain(value: Any) -> Any:
    if isinstance(value, models.Model):
        return str(value)
    if isinstance(value, models.Manager):
        return sorted(str(one) for one in value.all())
    if isinstance(value, datetime | date):
        return value.isoformat()
    return f"{value.normalize():f}" if isinstance(value, Decimal) else value
