"""One feed of changes, several takers: each change reaches each taker exactly once, whoever is killed when.

A change is handed over by a row per taker, in the transaction of the change; the taker's rows are deleted in the
transaction of its work. No cursor over ids: ids commit out of order. A taker's work is work in the database; what goes
outside (mail, HTTP) goes through rows of its own. Takers register when their app is ready.
"""

import logging
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from celery import current_app
from django.core.cache import cache
from django.db import connection, transaction
from django.utils import timezone

from hcmc_ioc.lib import metrics
from live.models import Handover

log = logging.getLogger(__name__)

BATCH = 500
LONGEST_WAIT = timedelta(hours=1)  # between two tries of a change that a taker cannot take
TASK = "live.tasks.take"


@dataclass(frozen=True)
class Change:
    """`object_id` is what the kind says: of a "ticket" the id of its event."""

    kind: str
    object_id: int
    at: datetime


@dataclass(frozen=True)
class Taker:
    """One who wants to know of changes of some `kinds`.

    `work(changes)` gets them in the order of their ids, inside the transaction that removes them. A taker that
    `notifies` people or other systems is passed over when history is written (imports, the demo's past); the others get
    of history the last change of each thing.
    One with rows of its own (the fold: `feedback.outbox`) names its `task` and says how old the `oldest` is instead.
    """

    name: str
    kinds: frozenset[str]
    work: Callable[[list[Change]], None] | None = None
    notifies: bool = True
    task: str = TASK
    oldest: Callable[[], datetime | None] | None = None
    feeds_screens: bool = False  # while it lags, open screens are stale


takers: dict[str, Taker] = {}

_HAND = """
    INSERT INTO live_handover (taker, kind, object_id, at, tries, retry_at)
    SELECT taker, %s, object_id, %s, 0, %s
    FROM unnest(%s::bigint[]) WITH ORDINALITY AS changed (object_id, place), unnest(%s) AS taker ORDER BY place
"""


def register(taker: Taker) -> None:
    """Hand every change from now on to `taker` too; called once, when its app is ready."""
    takers[taker.name] = taker
    metrics.queue(taker.name, lambda: oldest(taker.name))


def hand(kind: str, object_ids: Iterable[int], *, is_history: bool = False, wake: bool = True) -> None:
    """Hand these changes to everybody who wants their kind. Call it in the transaction that makes them.

    `wake=False` leaves it to the next sweep (a long import that folds at its end).
    """
    if not connection.in_atomic_block:
        raise RuntimeError("handing over changes outside their transaction would lose or invent them")
    wanting = [t for t in takers.values() if kind in t.kinds and not (is_history and t.notifies)]
    now = timezone.now()
    with_rows = [taker.name for taker in wanting if taker.work is not None]
    if with_rows:
        with connection.cursor() as cursor:
            cursor.execute(_HAND, [kind, now, now, list(object_ids), with_rows])
    if wake and wanting:
        transaction.on_commit(lambda: _wake(wanting), robust=True)


def _wake(wanting: list[Taker]) -> None:
    """Ask the background to take now; a burst asks once. Without a broker the next sweep takes it."""
    try:
        asked = cache.get_many([queued(taker) for taker in wanting])  # mostly all of them, in one question
        for taker in wanting:
            if queued(taker) not in asked and cache.add(queued(taker), 1, timeout=5):
                given = [taker.name] if taker.task == TASK else []
                current_app.send_task(taker.task, given, retry=False, ignore_result=True)
    except Exception as exc:  # noqa: BLE001 - the change is safe; the sweep comes within seconds
        log.warning("background not woken (%s): the next sweep takes the change", exc)


def queued(taker: Taker) -> str:
    """The name of the mark in the cache that says a task for this taker is on its way."""
    return f"queued:{taker.name}"


def take_all(name: str) -> int:
    """Let the taker `name` take whatever waits for it; returns how many changes it took.

    A change that it cannot take is put off, longer each time, and does not hold up the others.
    """
    taker, total = takers[name], 0
    while True:
        try:
            taken = _take(taker, BATCH)
        except Exception:
            log.exception("taker %s failed: its changes are taken one by one", name)
            return total + _one_by_one(taker)
        total += taken
        if taken < BATCH:
            return total


def _one_by_one(taker: Taker) -> int:
    taken = 0
    due = Handover.objects.filter(taker=taker.name, retry_at__lte=timezone.now()).order_by("pk")
    for pk in list(due.values_list("pk", flat=True)[:BATCH]):
        try:
            taken += _take(taker, 1, pk)
        except Exception as exc:  # noqa: BLE001 - the log says so, and the lag shows it
            _put_off(pk, exc)
    return taken


def _put_off(pk: int, why: Exception) -> None:
    with transaction.atomic():
        row = Handover.objects.select_for_update().filter(pk=pk).first()
        if row is None:
            return
        row.tries = min(row.tries + 1, 1000)
        row.retry_at = timezone.now() + min(LONGEST_WAIT, timedelta(seconds=2 ** min(row.tries, 12)))
        row.save(update_fields=["tries", "retry_at"])
    log.warning("taker %s put off %s %s (try %s): %s", row.taker, row.kind, row.object_id, row.tries, why)


_TAKE = """
    DELETE FROM live_handover WHERE id IN (
        SELECT id FROM live_handover WHERE taker = %s AND retry_at <= %s AND (%s::bigint IS NULL OR id = %s)
        ORDER BY id LIMIT %s FOR UPDATE
    ) RETURNING id, kind, object_id, at
"""


@transaction.atomic(durable=True)
def _take(taker: Taker, limit: int, pk: int | None = None) -> int:
    """One batch in one transaction. Two workers at once wait for each other, so that changes keep their order."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtext(%s))", [f"taker {taker.name}"])
        cursor.execute(_TAKE, [taker.name, timezone.now(), pk, pk, limit])
        rows = sorted(cursor.fetchall())
    if rows and taker.work is not None:
        taker.work([Change(kind, object_id, at) for _pk, kind, object_id, at in rows])
    return len(rows)


def oldest(name: str) -> datetime | None:
    """When the oldest change happened that this taker has not taken; None when nothing waits."""
    taker = takers[name]
    if taker.oldest is not None:
        return taker.oldest()
    return Handover.objects.filter(taker=name).order_by("pk").values_list("at", flat=True).first()


def lags(now: datetime | None = None) -> dict[str, int]:
    """How many seconds each taker is behind."""
    now = now or timezone.now()
    return {name: _seconds(oldest(name), now) for name in takers}


def screen_lag(now: datetime | None = None) -> int:
    """How many seconds what open screens show is behind."""
    return _seconds(screens_wait_since(), now or timezone.now())


def screens_wait_since() -> datetime | None:
    """Since when something waits that open screens do not show yet."""
    waiting = [oldest(taker.name) for taker in takers.values() if taker.feeds_screens]
    return min(filter(None, waiting), default=None)


def _seconds(since: datetime | None, now: datetime) -> int:
    return max(0, int((now - since).total_seconds())) if since else 0
