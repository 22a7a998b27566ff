"""Rows without HTTP, in a process of their own: `python -m bench.direct ROW …` prints one JSON object of numbers.

`DATABASE_URL` names the database; bench.databases.run sets it. Each row leaves the figures exact; what it adds to the
tickets, `tidy` takes away again.
"""

import json
import os
import sys
import time
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from random import Random

import django
from django.db import connection, transaction

from bench.cpu import page_cpu
from bench.numbers_direct import delivering, proving, reporting
from bench.table import quantile
from bench.two_way_direct import two_way
from bench.webhooks import webhooks

LIVES = 200
SEARCHES = 15
CHANGES = 20_000
LOOKUPS = 20_000
EXPORTED = 100_000
ROLLUP_FLOOR = Path(__file__).parent / "rebuild_floor.sql"


def timed(work: Callable, *given, **named) -> float:
    """Seconds that one call took."""
    started = time.perf_counter()
    work(*given, **named)
    return time.perf_counter() - started


# --- the life of a ticket ---------------------------------------------------------------------------------------


def lifecycles() -> dict:
    """Lives per second: open → accept → resolve → search for it, each verb its own commit."""
    from accounts.actors import Actor
    from accounts.models import User
    from feedback import actions
    from feedback.listing.filters import TicketFilter
    from feedback.listing.pages import Listing
    from tests import city

    people = User.objects.in_bulk(["tu", "lan"], field_name="username")
    hotline, staff = Actor.person(people["tu"], "api"), Actor.person(people["lan"], "api")
    intake = city.intake(occurred_at=_now())
    reporter = {"name": "Lê Thị Bảy", "phone": "+84950001234"}

    def live():
        ticket = actions.open_ticket(actor=hotline, intake=intake, reporter=reporter)
        actions.accept(actor=staff, ticket_id=ticket.pk, version=ticket.version)
        actions.resolve(actor=staff, ticket_id=ticket.pk, reply="Đơn vị đã xử lý xong.")
        found = Listing(hotline, TicketFilter(hotline, {"q": ticket.code}), _now()).take(None, 50)
        assert [row.pk for row in found] == [ticket.pk]

    for _ in range(20):
        live()
    seconds = sum(timed(live) for _ in range(LIVES))
    return {"per_second": LIVES / seconds, "floor": 1 / _three_inserts()}


def _three_inserts() -> float:
    """Seconds for three plain rows, each committed: what a life writes at the very least."""
    def insert():
        for _ in range(3):
            with transaction.atomic(durable=True), connection.cursor() as cursor:
                cursor.execute("INSERT INTO bench_row (words) VALUES ('một dòng')")

    insert()
    return sum(timed(insert) for _ in range(200)) / 200


def _now():
    from django.utils import timezone

    return timezone.now()


# --- searching --------------------------------------------------------------------------------------------------

COMMON = ("người dân", "kiểm tra xử lý", "giao thông", "nguy hiem cho nguoi gia", "ngập nước", "đèn đường", "mùi hôi")
MIDDLING = ("nguyễn trãi ổ gà", "le loi", "cách mạng tháng tám mất nước", "quận 1 lấn chiếm vỉa hè", "binh thanh")


def search() -> dict:
    """95th percentiles in milliseconds over common, middling and rare words, with and without diacritics."""
    from accounts.actors import Actor
    from accounts.models import User
    from bench import words
    from feedback.listing.filters import TicketFilter
    from feedback.listing.pages import PAGE, Listing
    from hcmc_ioc.lib.text import vn_norm

    operator, chance = Actor.person(User.objects.get(username="tu")), Random(7)
    rare = [f"{words.rare(chance)} {words.rare(chance)}" for _ in range(8)]
    plain = [*COMMON, *MIDDLING, *rare]
    asked = plain + [vn_norm(words) for words in plain]

    def page(words: str) -> list:
        return Listing(operator, TicketFilter(operator, {"q": words}), _now()).take(None, PAGE + 1)

    samples = {question: [timed(page, question) * 1000 for _ in range(SEARCHES)] for question in asked}
    everything = [milliseconds for taken in samples.values() for milliseconds in taken]
    slowest = {question: round(quantile(taken, 0.5), 1) for question, taken in samples.items()}
    return {"p95": quantile(everything, 0.95), "p50": quantile(everything, 0.5),
            "slowest": dict(sorted(slowest.items(), key=lambda item: -item[1])[:5])}


# --- figures ----------------------------------------------------------------------------------------------------


def folding() -> dict:
    """Changes folded per second: each ticket handed to another unit, and later back, so nothing is changed at last."""
    from dashboards.figures import fold
    from feedback.models import FactChange, Promise, Ticket
    from feedback.rules import facts

    fold.fold_all()
    half = CHANGES // 2
    tickets = list(Ticket.objects.order_by("-pk").defer("search", "body")[:half])
    promises = {}
    for promise in Promise.objects.filter(ticket__in=[t.pk for t in tickets]):
        promises.setdefault(promise.ticket_id, []).append(promise)
    here = [facts.of(t, promises.get(t.pk, [])) for t in tickets]
    there = [facts | {"unit": here[n - 1]["unit"]} for n, facts in enumerate(here)]
    pairs = [*zip(tickets, here, there, strict=True), *zip(tickets, there, here, strict=True)]
    FactChange.objects.bulk_create(
        (FactChange(ticket_id=t.pk, before=a, after=b) for t, a, b in pairs), batch_size=2000
    )
    started = time.perf_counter()
    taken = fold.fold_all()
    return {"per_second": taken / (time.perf_counter() - started)}


def rebuilding() -> dict:
    """Seconds of a rebuild, and of one plain INSERT … SELECT … GROUP BY per table into tables like ours."""
    from dashboards.figures.contribution import EDGES
    from dashboards.figures.rebuild import rebuild
    from dashboards.figures.rollups import ROLLUPS
    from feedback.rules.rulebook import rulebook

    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*), sum(length(state)) FROM feedback_ticket")  # both start with warm tables
        for rollup in ROLLUPS.values():
            cursor.execute(f"CREATE TABLE IF NOT EXISTS floor_{rollup.table} (LIKE {rollup.table} INCLUDING ALL)")
            cursor.execute(f"TRUNCATE floor_{rollup.table}")
        started = time.perf_counter()
        given = {"city": rulebook().city_id, "edges": EDGES}
        cursor.execute(ROLLUP_FLOOR.read_text(encoding="utf-8"), given)
        floor = time.perf_counter() - started
        seconds = timed(rebuild)
        for rollup in ROLLUPS.values():
            assert _sum(cursor, rollup.table, rollup.measures) == _sum(cursor, f"floor_{rollup.table}", rollup.measures)
            cursor.execute(f"DROP TABLE floor_{rollup.table}")
    return {"seconds": seconds, "floor": floor}


def rebuild_figures() -> dict:
    from dashboards.figures.rebuild import rebuild

    return {"batches": rebuild()}


def _sum(cursor, table: str, measures) -> tuple:
    cursor.execute(f"SELECT count(*), {', '.join(f'sum({m})' for m in measures)} FROM {table} WHERE "
                   f"{' + '.join(measures)} > 0")
    return cursor.fetchone()


# --- files ------------------------------------------------------------------------------------------------------


def exporting() -> dict:
    """Rows of a workbook of (up to) 100,000 per second, the most memory that this process had, and milliseconds to
    the first rows of the whole list as CSV."""
    import resource

    from asgiref.sync import async_to_sync

    from feedback.listing import columns, files
    from feedback.listing.filters import TicketFilter
    from feedback.listing.pages import Listing
    from feedback.models import Ticket

    shown = columns.in_files(columns.chosen(""))
    listing = Listing(None, TicketFilter(None, {}), _now())

    async def first_rows() -> None:
        lines = files.csv_lines(listing, shown)
        await anext(lines)
        await anext(lines)
        await lines.aclose()

    first = timed(async_to_sync(first_rows)) * 1000
    newest = Ticket.objects.order_by("-occurred_at").values_list("occurred_at", flat=True)
    oldest = newest[EXPORTED : EXPORTED + 1].first() or newest.last()
    since = Listing(None, TicketFilter(None, {"received_from": str(oldest.date())}), _now())
    rows = since.count()
    seconds = timed(lambda: files.xlsx(since, shown, "bench").close())
    return {"per_second": rows / seconds, "rows": rows, "first": first,
            "memory": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024}


# --- imports ----------------------------------------------------------------------------------------------------


def importing() -> dict:
    """Rows per second through the rules, against COPY of the same file into one table without an index."""
    from bench import export

    return _imported(export.ROWS)


def importing_some() -> dict:
    """The same with a quarter of the rows."""
    from bench import export

    return _imported(export.ROWS_QUICK)


def _imported(count: int) -> dict:
    from bench import export
    from feedback import imports

    file = export.written(count)
    with connection.cursor() as cursor, file.open(encoding="utf-8") as rows:
        cursor.execute(export.TABLE)
        started = time.perf_counter()
        cursor.copy_expert("COPY bench_import FROM STDIN (FORMAT csv, HEADER)", rows)
        floor = count / (time.perf_counter() - started)
    mapping = imports.Mapping.read(str(export.MAPPING))
    started = time.perf_counter()
    outcome = imports.run(file, mapping, file.with_suffix(".rejects"), lambda outcome: None)
    seconds = time.perf_counter() - started
    assert outcome.imported == count, outcome
    return {"per_second": count / seconds, "floor": floor, "rows": count}


# --- look-ups ---------------------------------------------------------------------------------------------------


def lookups() -> dict:
    """Points found per second, deadlines worked out per second."""
    from districts import geo
    from districts.models import Unit
    from feedback.models import Category, DeadlineRule
    from feedback.rules.rulebook import rulebook

    chance, book, now = Random(3), rulebook(), _now()
    areas = list(Unit.objects.in_force().areas())
    points = [geo.random_point(chance.choice(areas).code, chance) for _ in range(LOOKUPS)]
    geo.locate(*points[0])
    found = timed(lambda: [geo.locate(lat, lon) for lat, lon in points])
    categories = list(Category.objects.values_list("pk", flat=True))
    starts = [now - timedelta(minutes=chance.randrange(500_000)) for _ in range(LOOKUPS)]

    def deadlines():
        for start in starts:
            book.due(DeadlineRule.Kind.RESULT, category_id=chance.choice(categories), urgency="normal",
                     needs_several=False, start=start, unit_id=areas[0].pk)

    deadlines_took = timed(deadlines)
    return {"points": LOOKUPS / found, "deadlines": LOOKUPS / deadlines_took}


def tidy() -> dict:
    """Take away the tickets that measuring added, and count the figures anew."""
    from dashboards.figures import fold

    fold.fold_all()
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SET LOCAL session_replication_role = replica")  # no row is left that a check could miss
        cursor.execute("SELECT last_ticket FROM bench_filled")
        newest = cursor.fetchone()[0]
        added = "SELECT id FROM feedback_ticketevent WHERE ticket_id > %s OR actor_kind = 'client'"
        cursor.execute(f"DELETE FROM feedback_eventtext WHERE event_id IN ({added})", [newest])
        cursor.execute(f"DELETE FROM feedback_ticketevent WHERE id IN ({added})", [newest])
        for table in ("ticketevent", "promise", "reporter", "reading", "ticket_coordinating", "journalentry"):
            cursor.execute(f"DELETE FROM feedback_{table} WHERE ticket_id > %s", [newest])
        cursor.execute("DELETE FROM feedback_ticket WHERE id > %s", [newest])
        removed = cursor.rowcount
        cursor.execute("TRUNCATE bench_row, feedback_factchange, live_handover, feedback_journalentry")
    return {"removed": removed}


_ALL = (lifecycles, search, folding, rebuilding, rebuild_figures, exporting, importing, importing_some, lookups, tidy,
        webhooks, page_cpu, delivering, proving, reporting, two_way)
ROWS = {row.__name__: row for row in _ALL}


if __name__ == "__main__":
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "bench.settings")
    django.setup()
    print(json.dumps({name: ROWS[name]() for name in sys.argv[1:]}))
