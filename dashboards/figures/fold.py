"""Changed facts → rollups, exactly once.

The outbox rows are deleted and the rollups raised in the same transaction: killed anywhere, nothing is lost or counted
twice. Two folds at once wait for each other on one advisory lock, so upserts cannot deadlock.
"""

from collections import defaultdict
from datetime import UTC, datetime

from django.db import connection, transaction

from dashboards.figures.contribution import difference
from dashboards.figures.rollups import ROLLUPS, Rollup
from dashboards.topics import of_units
from feedback.outbox import take
from feedback.rules.rulebook import rulebook
from hcmc_ioc.lib.sql import array
from live import hints, topics

LOCK = 1022_0001  # the advisory lock that fold and rebuild share
BATCH = 2000


@transaction.atomic(durable=True)
def fold(limit: int = BATCH) -> int:
    """Take up to `limit` changes into the rollups and raise the versions of the scopes they touch; returns how many."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [LOCK])
    changes = take(limit)
    if changes:
        add(changes)
        hints.publish_on_commit(topics.raise_versions(topics_of(changes)))
    return len(changes)


def fold_all() -> int:
    """Fold until the outbox is empty; returns how many changes were taken."""
    total = 0
    while taken := fold():
        total += taken
    return total


def add(changes) -> None:
    """Raise the rollups by `changes` (ticket id, before, after). Call it inside the transaction that takes them."""
    book = rulebook()
    total: defaultdict = defaultdict(int)
    for _ticket_id, before, after in changes:
        for key, count in difference(before, after, book.city_id, book.zone).items():
            total[key] += count
    by_table: defaultdict = defaultdict(lambda: defaultdict(dict))
    for key, count in total.items():
        if count:
            by_table[key[0]][key[1:-1]][key[-1]] = count
    for table, rows in by_table.items():
        _upsert(ROLLUPS[table], rows)


def _upsert(rollup: Rollup, cells: dict[tuple, dict]) -> None:
    """Add to the rows of the keys. They travel as one array per column: reading thousands of VALUES took longer."""
    columns = rollup.keys + rollup.measures
    arrays = ", ".join(f"%s::{kind}[]" for kind in rollup.types + ("bigint",) * len(rollup.measures))
    raises = ", ".join(f"{m} = {rollup.table}.{m} + excluded.{m}" for m in rollup.measures)
    sql = (
        f"INSERT INTO {rollup.table} ({', '.join(columns)}) SELECT * FROM unnest({arrays}) "  # noqa: S608 - our own names
        f"ON CONFLICT ({', '.join(rollup.keys)}) DO UPDATE SET {raises}"
    )
    rows = [_row(rollup, key, counts) for key, counts in cells.items()]
    with connection.cursor() as cursor:
        cursor.execute(sql, [array(column) for column in zip(*rows, strict=True)])


def _row(rollup: Rollup, key: tuple, counts: dict) -> tuple:
    if rollup.span == "hour":
        key = (key[0], datetime.fromtimestamp(key[1], UTC).isoformat())
    return (*key, *(counts.get(m, 0) for m in rollup.measures))


def topics_of(changes) -> set[str]:
    """The topics that screens of these changes listen to: the city, and every unit and area named before or after."""
    units = set()
    for _ticket_id, before, after in changes:
        for facts in (before, after):
            if facts:
                units.add(facts["unit"])
                units.add(facts.get("area", facts["unit"]))
                units.update(promise[0] for promise in facts["promises"])
    return of_units(units)
