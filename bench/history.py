"""A city that has kept tickets for twenty years: `python -m bench.history --copies N`, in a copy of the million that
`DATABASE_URL` names.

Every settled ticket is there N times more, each time 112 weeks earlier, with all that pages read of it, by one
statement per table. Older rows have smaller ids, as they would have: those of the copies lie below zero.
"""

import argparse
import os
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import django
from django.db import connection

from bench import databases
from bench.console import bar, say
from bench.fill import without_indexes
from bench.table import GROWTH, Row, quantile

NAME, COPIES, TURNS = "bench_history", 9, 8
WEEKS = 112  # a little more than the million's 26 months; weekdays stay what they are
STEP = 100_000_000  # ids per copy
SETTLED = "SELECT id FROM feedback_ticket WHERE id > 0 AND state IN ('closed', 'rejected')"
EVENTS = f"SELECT id FROM feedback_ticketevent WHERE ticket_id IN ({SETTLED})"
OF_TICKETS = f"ticket_id IN ({SETTLED})"
TABLES = {  # table → which of its rows have a history; the slowest first
    "feedback_ticket": f"id IN ({SETTLED})",
    "feedback_ticketevent": OF_TICKETS,
    "feedback_promise": OF_TICKETS,
    "feedback_reporter": OF_TICKETS,
    "feedback_eventtext": f"event_id IN ({EVENTS})",
    "feedback_ticket_coordinating": OF_TICKETS,
    **{f"dashboards_{name}": "id > 0 AND {day} < current_date - 21" for name in (
        "durationday", "unithour", "categoryday", "channelday", "unitday", "promiseday")},
}
MOVED = {"ticket_id", "event_id", "id"}  # columns that name a row which is copied


def rows(database: str, logs: Path) -> Iterator[Row]:
    """Page rows of `database` beside those of its history, which is made now and dropped in the end."""
    started = time.monotonic()
    databases.copy(database, NAME)
    try:
        databases.run("bench.history", NAME, "--copies", str(COPIES))
        seconds = time.monotonic() - started
        yield from measured([database, NAME], logs)
        yield Row("making it", "s", big=seconds)
    finally:
        databases.drop(NAME)


def measured(sizes: list[str], logs: Path) -> Iterator[Row]:
    """Medians of pages and searches: what grows is looked for here, not what disturbs."""
    from bench import pages
    from bench.rows import PAGES, SHARED

    probes = pages.measure(sizes, TURNS, logs)
    for name in ("page floor", *PAGES, "its count", *SHARED):
        small, big = (quantile(probes[each][name].samples, 0.5) for each in sizes)
        yield Row(f"{name}, p50", "ms", small, big, growth_most=GROWTH if name in PAGES else None)
    found = [databases.direct(each, "search", "tidy")["search"] for each in sizes]
    for share in ("p50", "p95"):
        yield Row(f"search, {share}", "ms", *(each[share] for each in found), most=150)
    yield Row("tickets", "", *(_asked(each, "SELECT count(*) FROM feedback_ticket") for each in sizes))
    disk = "SELECT pg_database_size(current_database()) / 2.0 ^ 30"
    yield Row("on disk", "GB", *(float(_asked(each, disk)) for each in sizes))
    databases.direct(sizes[0], "rebuild_figures")


def _asked(database: str, statement: str) -> float:
    with databases.connect(database).cursor() as cursor:
        cursor.execute(statement)
        return cursor.fetchone()[0]


def make(copies: int) -> None:
    """Fill the database up."""
    jobs = [(table, number) for number in range(1, copies + 1) for table in TABLES]
    with without_indexes(copies * 1_000_000), ThreadPoolExecutor(os.cpu_count()) as pool:
        for done, _nothing in enumerate(pool.map(lambda job: _copy(*job), jobs), 1):
            bar("Older years", done, len(jobs))
    say("VACUUM ANALYZE …")
    with connection.cursor() as cursor:
        cursor.execute("VACUUM ANALYZE")


def _copy(table: str, number: int) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SET synchronous_commit = off; SET session_replication_role = replica; SET work_mem = '128MB'")
        cursor.execute("SELECT column_name, data_type FROM information_schema.columns WHERE table_name = %s AND "
                       "table_schema = 'public' AND is_generated = 'NEVER'", [table])
        columns = dict(cursor.fetchall())
        names = ", ".join(f'"{name}"' for name in columns)
        values = ", ".join(_earlier(name, kind, number) for name, kind in columns.items())
        chosen = TABLES[table].format(day="hour" if "hour" in columns else "day")
        cursor.execute(f"INSERT INTO {table} ({names}) SELECT {values} FROM {table} WHERE {chosen}")
    connection.close()


def _earlier(column: str, kind: str, number: int) -> str:
    """A column of a row as it was `number` times 112 weeks ago."""
    if column in MOVED:
        return f'"{column}" - {number * STEP}'
    if column == "code":  # PHA, year and month, then the ticket's number
        return f"'PHA' || to_char(occurred_at - interval '{number * WEEKS} weeks', 'YYMM') || substr(code, 8)"
    if kind == "date" or kind.startswith("timestamp"):
        cast = "::date" if kind == "date" else ""
        return f"(\"{column}\" - interval '{number * WEEKS} weeks'){cast}"
    return f'"{column}"'


if __name__ == "__main__":
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "bench.settings")
    django.setup()
    parser = argparse.ArgumentParser()
    parser.add_argument("--copies", type=int, required=True)
    make(parser.parse_args().copies)
