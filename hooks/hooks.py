"""Hooks and their deliveries: made, changed, taken by one worker at a time, settled. The only writer of both tables."""

import base64
import random
import secrets
from collections.abc import Sequence
from datetime import datetime, timedelta

from celery import current_app
from django.conf import settings
from django.core.cache import cache
from django.db import connection, transaction
from django.db.models import Exists, OuterRef, Q
from django.utils import timezone
from psycopg2.extras import execute_values

from accounts import clients
from accounts.models import Client
from hooks.models import TEST, Delivery, Hook
from hooks.posting import PREFIX, Answer

SCOPE = "hooks:write"
MOST = 10  # hooks of one client
DELAYS = tuple(timedelta(seconds=s) for s in (5, 60, 300, 1800, 7200, 18000, 36000, 36000, 36000, 36000))
LEASE = timedelta(seconds=60)  # longer than any batch; a worker that is gone loses it
PROBE = timedelta(seconds=5)  # between two messages to a receiver of whom nothing is heard
OUTAGE = timedelta(minutes=10)  # after one, what was put off for hours is sent at once
GIVEN_UP = timedelta(days=5)
KEPT, KEPT_DEAD = timedelta(days=30), timedelta(days=90)
BATCH = 200
QUEUED = "queued:hooks"


# --- Hooks


@transaction.atomic(durable=True)
def make(client: Client, url: str, verbs: list[str]) -> tuple[Hook, str]:
    """A new hook and its secret, which nobody sees again."""
    secret = _fresh_secret()
    return Hook.objects.create(client=client, url=url, verbs=verbs, secret=secret), secret


def _fresh_secret() -> str:
    return PREFIX + base64.b64encode(secrets.token_bytes(32)).decode()


@transaction.atomic(durable=True)
def rotate(hook: Hook) -> str:
    """A new secret; the one before it goes on signing beside it for a while, an older one ends now."""
    row, secret = Hook.objects.select_for_update().get(pk=hook.pk), _fresh_secret()
    row.secret, row.old_secret = secret, row.secret
    row.old_until = timezone.now() + timedelta(hours=settings.HOOKS_OVERLAP_HOURS)
    row.save(update_fields=["secret", "old_secret", "old_until"])
    return secret


@transaction.atomic(durable=True)
def change(hook: Hook, *, url: str | None = None, verbs: list[str] | None = None) -> None:
    row = Hook.objects.filter(pk=hook.pk)
    if url is not None:
        row.update(url=url, failing_since=None)
    if verbs is not None:
        row.update(verbs=verbs)


@transaction.atomic
def end(hook: Hook, why: str) -> None:
    """Nothing is sent any more and nothing new is kept for it; what waits stays."""
    Hook.objects.filter(pk=hook.pk, is_active=True).update(is_active=False, ended_why=why, ended_at=timezone.now())


@transaction.atomic
def resume(hook: Hook) -> None:
    """What waited is sent now; what happened meanwhile was not kept."""
    fresh = Hook.objects.filter(pk=hook.pk, is_active=False)
    if fresh.update(is_active=True, ended_why="", ended_at=None, failing_since=None):
        _hurry(hook.pk)
        wake_on_commit()


@transaction.atomic(durable=True)
def remove(hook: Hook) -> None:
    """The hook with its log."""
    Hook.objects.filter(pk=hook.pk).delete()


def in_force(now: datetime):
    """Hooks that are told: switched on, of a client that may have them."""
    rows = Hook.objects.filter(clients.unended("client__", now), is_active=True, client__scopes__contains=SCOPE)
    return rows.select_related("client")


# --- What is to be sent


def add(rows: Sequence[Delivery]) -> None:
    """Call it in the transaction that takes the events."""
    if rows:
        Delivery.objects.bulk_create(rows, batch_size=2000)
        wake_on_commit()


@transaction.atomic
def test(hook: Hook) -> Delivery:
    """A message that tells of nothing."""
    row = Delivery.objects.create(hook=hook, verb=TEST)
    wake_on_commit()
    return row


@transaction.atomic
def replay(deliveries) -> int:
    """Send them once more, or now if they wait: each in its old place among those of its ticket."""
    given = {"state": Delivery.State.WAITING, "tries": 0, "next_try_at": timezone.now(), "done_at": None}
    count = deliveries.update(**given)
    wake_on_commit()
    return count


def wake_on_commit() -> None:
    transaction.on_commit(_wake, robust=True)


def _wake() -> None:
    """Ask the background to send now; a burst asks once. Without a broker the next sweep does it."""
    if cache.add(QUEUED, 1, timeout=5):
        current_app.send_task("hooks.tasks.send", retry=False, ignore_result=True)


# --- Sending: one worker at a time holds a hook


@transaction.atomic(durable=True)
def claim(now: datetime) -> Hook | None:
    """The hook with something due that waited longest, held for a minute; None where there is none."""
    waiting = Delivery.objects.due(now).filter(hook=OuterRef("pk"))
    free = Q(leased_until=None) | Q(leased_until__lt=now)
    ready = Q(failing_since=None) | Q(served_at=None) | Q(served_at__lte=now - PROBE)
    rows = in_force(now).filter(free, ready, Exists(waiting)).order_by("served_at", "pk")
    hook = rows.select_for_update(skip_locked=True, of=("self",)).first()
    if hook is not None:
        hook.leased_until = now + LEASE
        hook.save(update_fields=["leased_until"])
    return hook


def due(hook: Hook, now: datetime) -> list[Delivery]:
    """What is sent next, in order; a receiver of whom nothing is heard gets one message, to see."""
    rows = Delivery.objects.due(now).filter(hook=hook).order_by("pk")
    return list(rows[: 1 if hook.failing_since else BATCH])


@transaction.atomic(durable=True)
def settle(hook: Hook, answers: Sequence[tuple[Delivery, Answer]], dropped: Sequence[Delivery]) -> None:
    """Write down what came of a batch and let go of the hook."""
    now = timezone.now()
    Delivery.objects.filter(pk__in=[row.pk for row in dropped]).delete()
    _write([_settled(row, answer, now) for row, answer in answers])
    heard = any(not answer.error for _row, answer in answers)
    since = hook.failing_since
    if heard and since and since <= now - OUTAGE:
        _hurry(hook.pk)
    if answers:
        since = None if heard else since or now
    Hook.objects.filter(pk=hook.pk).update(failing_since=since, served_at=now)
    Hook.objects.filter(pk=hook.pk, leased_until=hook.leased_until).update(leased_until=None)
    if any(answer.status == 410 for _row, answer in answers):
        end(hook, Hook.Ended.GONE)
    elif since and since <= now - GIVEN_UP:
        end(hook, Hook.Ended.FAILING)


def _settled(row: Delivery, answer: Answer, now: datetime) -> tuple:
    """The row as it stands after this try; put off, or dead when all tries are used."""
    state, done_at, again = Delivery.State.WAITING, None, row.next_try_at
    if not answer.error:
        state, done_at = Delivery.State.DELIVERED, now
    elif row.tries >= len(DELAYS):
        state, done_at = Delivery.State.DEAD, now
    else:
        asked = min(timedelta(seconds=answer.retry_after), timedelta(days=1))
        again = now + max(DELAYS[row.tries] * random.uniform(1, 1.1), asked)
    return (row.pk, row.tries, state.value, again, answer.status, answer.error, answer.duration_ms, done_at)


_SETTLE = """
    UPDATE hooks_delivery AS d SET tries = d.tries + 1, state = v.state, next_try_at = v.again, status = v.status,
           error = v.error, duration_ms = v.took, done_at = v.done_at
    FROM (VALUES %s) AS v (id, tries, state, again, status, error, took, done_at)
    WHERE d.id = v.id AND d.state = 'waiting' AND d.tries = v.tries
"""  # a worker that was asleep while another took over changes nothing


def _write(rows: list[tuple]) -> None:
    if rows:
        form = "(%s::bigint, %s::int, %s, %s::timestamptz, %s::int, %s, %s::int, %s::timestamptz)"
        with connection.cursor() as cursor:
            execute_values(cursor.cursor, _SETTLE, rows, template=form, page_size=len(rows))


def _hurry(hook_id: int) -> None:
    now = timezone.now()
    later = Delivery.objects.filter(hook=hook_id, state=Delivery.State.WAITING, next_try_at__gt=now)
    later.update(next_try_at=now)


def forget(now: datetime) -> int:
    """What was delivered more than a month ago, what was given up three months ago, and secrets that sign no more."""
    Hook.objects.filter(old_until__lt=now).update(old_secret="", old_until=None)
    done = Q(state=Delivery.State.DELIVERED, done_at__lt=now - KEPT)
    dead = Q(state=Delivery.State.DEAD, done_at__lt=now - KEPT_DEAD)
    return Delivery.objects.filter(done | dead).delete()[0]
