"""Starting over, and checking: the rollups against the tickets themselves.

Both run while the system works. Every batch holds the fold's lock for a moment and sees one snapshot in which the
outbox is folded and the rows of some weeks are recounted: tickets that change meanwhile wait in the outbox as always.
"""

import json
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import date, datetime, time, timedelta
from types import SimpleNamespace

from django.db import connection, transaction

from dashboards.figures import contribution, fold
from dashboards.figures.rollups import ROLLUPS, SHAPE, Rollup
from dashboards.models import RollupShape
from dashboards.topics import everything
from feedback import outbox
from feedback.rules import facts
from feedback.rules.rulebook import rulebook
from live import hints, topics

BATCH_DAYS = 92


@contextmanager
def snapshot():
    """One repeatable-read transaction while no fold runs. The lock comes first: waiting would age the snapshot."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_lock(%s)", [fold.LOCK])
    try:
        with transaction.atomic(durable=True), connection.cursor() as cursor:
            cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ")
            yield cursor
    finally:
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_unlock(%s)", [fold.LOCK])


def rebuild(progress: Callable[[int, int], None] = lambda done, total: None) -> int:
    """Recount every rollup from the tickets, batch by batch; returns the number of batches."""
    spans = _open_ended(list(_spans(*_days())))
    for number, (start, end) in enumerate(spans, 1):
        with snapshot() as cursor:
            if changes := outbox.take(10_000_000):
                fold.add(changes)
            for rollup in ROLLUPS.values():
                _recount(cursor, rollup, start, end)
        progress(number, len(spans))
    with transaction.atomic():
        RollupShape.objects.update_or_create(pk=1, defaults={"number": SHAPE})
        hints.publish_on_commit(topics.raise_versions(everything()))
    return len(spans)


def is_needed() -> bool:
    """Whether the rollups were built in another shape than this release reads."""
    return not RollupShape.objects.filter(number=SHAPE).exists()


def _recount(cursor, rollup: Rollup, start: date, end: date) -> None:
    """Replace the rows of [start, end)."""
    given = _parameters(start, end)
    low, high = (start, end) if rollup.span == "day" else (given["from"], given["to"])
    cursor.execute(
        f"DELETE FROM {rollup.table} WHERE {rollup.span} >= %s AND {rollup.span} < %s",  # noqa: S608 - our own names
        [low, high],
    )
    columns = ", ".join(rollup.keys + rollup.measures)
    cursor.execute(
        f"INSERT INTO {rollup.table} ({columns}) SELECT {columns} FROM ({rollup.recount}) AS recount", given  # noqa: S608
    )


def _parameters(start: date, end: date) -> dict:
    book = rulebook()
    midnight = {"from": start, "to": end}
    return {name: datetime.combine(day, time.min, book.zone) for name, day in midnight.items()} | {
        "city": book.city_id, "zone": book.zone.key,
    }


def _days() -> tuple[date, date]:
    """The first local day on which anything happened or falls due, and the day after the last one."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT least(min(occurred_at), min(resolved_at), min(rejected_at)), "
            "greatest(max(occurred_at), max(resolved_at), max(reopened_at), max(rejected_at), max(rated_at)) "
            "FROM feedback_ticket"
        )
        low, high = cursor.fetchone()
        cursor.execute("SELECT least(min(due_at), min(first_due_at)), max(due_at) FROM feedback_promise "
                       "WHERE withdrawn_at IS NULL")
        due_low, due_high = cursor.fetchone()
    zone = rulebook().zone
    if low is None:
        return date.today(), date.today() + timedelta(days=1)  # noqa: DTZ011 - nothing there: any day serves
    return (
        min(d for d in (low, due_low) if d).astimezone(zone).date(),
        max(d for d in (high, due_high) if d).astimezone(zone).date() + timedelta(days=1),
    )


def _open_ended(spans: list[tuple[date, date]]) -> list[tuple[date, date]]:
    """The first and the last span without an outer edge: stray rows are swept, and what happens meanwhile counts."""
    spans[0] = (date(1900, 1, 1), spans[0][1])
    spans[-1] = (spans[-1][0], date(2200, 1, 1))
    return spans


def _spans(first: date, end: date) -> Iterator[tuple[date, date]]:
    while first < end:
        stop = min(first + timedelta(days=BATCH_DAYS), end)
        yield first, stop
        first = stop


# --- checking ---------------------------------------------------------------------------------------------------


def differences(progress: Callable[[int], None] = lambda done: None) -> list[str]:
    """One line for every rollup cell that differs from the tickets, by the pure function or by the SQL recount."""
    with snapshot() as cursor:
        return compare(cursor, progress)


def compare(cursor, progress: Callable[[int], None] = lambda done: None) -> list[str]:
    """The same in the transaction at hand, whose statements must all see one state."""
    book = rulebook()
    lines = []
    pending: Counter = Counter()
    for _ticket, before, after in outbox.waiting():
        pending.update(contribution.difference(before, after, book.city_id, book.zone))
    stored = _stored(cursor)
    stored.update(pending)
    pure = _pure(progress)
    recounted = _sql(cursor)
    for name, truth in (("pure function", pure), ("SQL recount", recounted)):
        for key in sorted(stored.keys() | truth.keys(), key=str):
            if stored[key] != truth[key]:
                lines.append(f"{name}: {' '.join(map(str, key))}: stored {stored[key]}, true {truth[key]}")
    return lines


def _cells(name: str, rollup: Rollup, rows) -> Counter:
    cells: Counter = Counter()
    width = len(rollup.keys)
    for row in rows:
        key = row[:width]
        if rollup.span == "hour":
            key = (key[0], int(key[1].timestamp()))
        for measure, count in zip(rollup.measures, row[width:], strict=True):
            if count:
                cells[(name, *key, measure)] = count
    return cells


def _stored(cursor) -> Counter:
    cells: Counter = Counter()
    for name, rollup in ROLLUPS.items():
        cursor.execute(f"SELECT {', '.join(rollup.keys + rollup.measures)} FROM {rollup.table}")  # noqa: S608
        cells.update(_cells(name, rollup, cursor.fetchall()))
    return cells


def _sql(cursor) -> Counter:
    cells: Counter = Counter()
    given = _parameters(date(1900, 1, 1), date(2200, 1, 1))
    for name, rollup in ROLLUPS.items():
        cursor.execute(rollup.recount, given)
        cells.update(_cells(name, rollup, cursor.fetchall()))
    return cells


_TICKET_FIELDS = (
    "pk unit_id area_id recorded_by_id category_id channel_id occurred_at accepted_at minutes_to_accept resolved_at "
    "handling_minutes paused_minutes reopened_at reopened_unit_id rejected_at rated_at rated_unit_id score "
    "other_ratings"
).split()
_PROMISE_FIELDS = (
    "ticket_id kind unit_id made_at due_at first_due_at first_unit_id met_at withdrawn_at paused_at counts is_self_made"
).split()


def _pure(progress) -> Counter:
    """What the pure function says of every ticket, streamed in order of id."""
    book = rulebook()
    total: Counter = Counter()
    tickets = _stream(f"SELECT id, {', '.join(_TICKET_FIELDS[1:])} FROM feedback_ticket ORDER BY id",  # noqa: S608
                      _TICKET_FIELDS)
    promises = _stream(f"SELECT {', '.join(_PROMISE_FIELDS)} FROM feedback_promise ORDER BY ticket_id",  # noqa: S608
                       _PROMISE_FIELDS)
    promise = next(promises, None)
    for done, ticket in enumerate(tickets, 1):
        ticket.other_ratings = json.loads(ticket.other_ratings or "[]")
        own = []
        while promise is not None and promise.ticket_id == ticket.pk:
            own.append(promise)
            promise = next(promises, None)
        total.update(contribution.of(facts.of(ticket, own), book.city_id, book.zone))
        if done % 10_000 == 0:
            progress(done)
    return total


def _stream(sql: str, fields: list[str]) -> Iterator[SimpleNamespace]:
    with connection.chunked_cursor() as cursor:
        cursor.execute(sql)
        while rows := cursor.fetchmany(2000):
            for row in rows:
                yield SimpleNamespace(**dict(zip(fields, row, strict=True)))
