"""What an operator is typing, kept as they type. The only writer of `Draft`; a draft belongs to its owner alone."""

import json
from datetime import timedelta
from uuid import UUID

from django.db import transaction
from django.utils import timezone

from feedback.models import Draft

KEPT = 20  # drafts per person; the oldest go first
LARGEST = 64_000  # characters of JSON
FRESH = timedelta(hours=12)  # one shift: what a crash may bring back by itself


class TooLarge(ValueError):
    pass


@transaction.atomic
def save(*, owner, token: UUID, fields: dict) -> Draft:
    """Keep `fields` (names and values of the form) under `token`; a token of somebody else is refused.

    Raises `TooLarge`, `Draft.DoesNotExist`, and `ValueError` for what is no such form or cannot be stored as text.
    """
    if not isinstance(fields, dict):
        raise ValueError("fields: {name: value}")
    text = json.dumps(fields, ensure_ascii=False)
    text.encode()  # half of a character (a lone surrogate) cannot be stored: UnicodeEncodeError is a ValueError
    if len(text) > LARGEST:
        raise TooLarge(len(text))
    draft, created = Draft.objects.get_or_create(token=token, defaults={"owner": owner, "fields": text})
    if draft.owner_id != owner.pk:
        raise Draft.DoesNotExist
    if created:
        kept = Draft.objects.filter(owner=owner).order_by("-updated_at").values_list("pk", flat=True)[:KEPT]
        Draft.objects.filter(owner=owner).exclude(pk__in=list(kept)).delete()
    else:
        draft.fields = text
        draft.save()
    return draft


def of(owner) -> list[Draft]:
    """The drafts of `owner`, newest first, each with `values` (the fields) and `line` (its first words)."""
    drafts = list(Draft.objects.filter(owner=owner).order_by("-updated_at")[:KEPT])
    for draft in drafts:
        draft.values = json.loads(draft.fields)
        draft.line = " ".join(str(draft.values.get("body") or draft.values.get("address") or "").split())[:80]
    return drafts


def discard(*, owner, token) -> bool:
    """Drop a draft; whether there was one."""
    return bool(token) and Draft.objects.filter(owner=owner, token=token).delete()[0] > 0


def is_fresh(draft: Draft) -> bool:
    return draft.updated_at > timezone.now() - FRESH
