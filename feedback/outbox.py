"""The hand-over of changed facts to whoever counts them: each change is taken exactly once."""

import json
from datetime import datetime

from django.db import connection

from feedback.models import FactChange

_TAKE = """
    DELETE FROM feedback_factchange WHERE id IN (
        SELECT id FROM feedback_factchange ORDER BY id LIMIT %s FOR UPDATE SKIP LOCKED
    ) RETURNING ticket_id, before, after
"""


def take(limit: int) -> list[tuple[int, dict | None, dict]]:
    """Remove and return up to `limit` changes as (ticket id, before, after).

    Call it in the transaction that counts them: rolled back, they are still there; committed, they are gone for ever.
    """
    if not connection.in_atomic_block:
        raise RuntimeError("taking changes outside a transaction would lose them")
    with connection.cursor() as cursor:
        cursor.execute(_TAKE, [limit])
        return _read(cursor)


def waiting() -> list[tuple[int, dict | None, dict]]:
    """All changes not yet taken, left where they are; for checks."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT ticket_id, before, after FROM feedback_factchange ORDER BY id")
        return _read(cursor)


def oldest() -> datetime | None:
    """When the oldest change that is not counted yet happened; None when everything is counted."""
    return FactChange.objects.order_by("pk").values_list("at", flat=True).first()


def _read(cursor):
    return [(pk, json.loads(before) if before else None, json.loads(after)) for pk, before, after in cursor.fetchall()]
