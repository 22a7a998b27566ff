"""Sending a request again does nothing twice: each key belongs to its actor and keeps what the first sending did.

A key (text, at most 255 characters) is claimed in the transaction of the deed, by a row that is unique per actor. Sent
again with the same content (`fingerprint`) it gives the first result, waiting for a first one that is still at work;
with other content it is refused and nothing is lost silently; other actors' keys are unknown to it. After the IETF
draft "The Idempotency-Key HTTP Header Field".
"""

from datetime import datetime, timedelta

from django.db import connection
from django.utils import timezone

from accounts.actors import Actor
from accounts.models import SentRequest

KEPT = timedelta(days=7)
LONGEST = 255


class KeyReused(Exception):
    """The actor sent other content under this key before; `result` is what that first sending did."""

    def __init__(self, result: dict):
        super().__init__("the key was used for another request")
        self.result = result


_CLAIM = """
    INSERT INTO accounts_sentrequest (actor, key, fingerprint, result, at) VALUES (%s, %s, %s, '{}', %s)
    ON CONFLICT (actor, key) DO NOTHING RETURNING id
"""  # waits for another transaction that holds the key, until it commits or is gone


def claim(actor: Actor) -> dict | None:
    """None for a first sending (then `keep` its result), else the first one's result; `KeyReused` for other content.

    Call it first thing in the transaction of the deed: rolled back, the key is free again.
    """
    if not actor.key:
        return None
    with connection.cursor() as cursor:
        cursor.execute(_CLAIM, [actor.ref, actor.key, actor.fingerprint, timezone.now()])
        if cursor.fetchone():
            return None
    return answer(actor)


def keep(actor: Actor, result: dict) -> None:
    """Remember what this sending did, for the next one like it."""
    if actor.key:
        SentRequest.objects.filter(actor=actor.ref, key=actor.key).update(result=result)


def answer(actor: Actor) -> dict | None:
    """What the same sending did before, None when it is new; `KeyReused` for other content under the key."""
    if not actor.key:
        return None
    sending = SentRequest.objects.filter(actor=actor.ref, key=actor.key).first()
    if sending is None:
        return None
    if sending.fingerprint != actor.fingerprint:
        raise KeyReused(sending.result)
    return sending.result


def within(actor: Actor, name: str, span: timedelta) -> str:
    """A key for what is sent without one: called `name`, it is new again once `span` has passed since its last use.

    It ends with the last sending that lies further back, so that those within the span share a key however they fall,
    and two at the same moment too.
    """
    earlier = SentRequest.objects.filter(actor=actor.ref, key__startswith=f"{name}:", at__lt=timezone.now() - span)
    return f"{name}:{earlier.order_by('-pk').values_list('pk', flat=True).first() or 0}"


def forget(now: datetime) -> int:
    """Drop what is older than seven days; returns how many."""
    return SentRequest.objects.filter(at__lt=now - KEPT).delete()[0]
