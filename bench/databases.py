"""The bench's own databases, on an embedded server under `IOC_VAR` (var/bench): filled once, used again."""

import json
import subprocess
import sys

import psycopg2
from django.conf import settings

from bench.console import say
from tests.processes import ROOT, environment

EMPTY = "bench_empty"
NUMBERS = "bench_numbers"  # how the names of databases begin that hold numbers of the 168 wards and communes


def connect(database: str):
    """A plain connection that commits every statement."""
    connection = psycopg2.connect(settings.EMBEDDED.database_url(database).replace("postgres:", "postgresql:"))
    connection.autocommit = True
    return connection


def surroundings(database: str) -> dict[str, str]:
    """What processes of the bench are told about `database`."""
    return {"DJANGO_SETTINGS_MODULE": "bench.settings"} | (
        {"IOC_MAP": "2025"} if database.startswith(NUMBERS) else {})


def run(module: str, database: str, *words: str, **options) -> subprocess.CompletedProcess:
    """A module of the bench as a process of its own, in production's settings against `database`."""
    given = environment(database, IOC_HOOKS_PRIVATE="1", **surroundings(database))
    return subprocess.run([sys.executable, "-m", module, *words], cwd=ROOT, env=given, check=True, **options)


def direct(database: str, *rows: str) -> dict:
    """Row → its figures, of `bench.direct`."""
    done = run("bench.direct", database, *rows, stdout=subprocess.PIPE, text=True)
    return json.loads(done.stdout.splitlines()[-1])


def ensure(database: str, tickets: int, *, fresh: bool) -> None:
    """`database` with `tickets` tickets, filled now unless that was done before."""
    _ensure(database, tickets, f"{tickets:,} tickets", ["bench.fill", "--tickets", str(tickets)], fresh=fresh)


def ensure_numbers(database: str, indicators: int, months: int, *, fresh: bool) -> None:
    """`database` with the numbers of 168 units, filled now unless that was done before."""
    values = 168 * indicators * months
    fill = ["bench.numbers", "--indicators", str(indicators), "--months", str(months)]
    _ensure(database, values, f"{values:,} values", fill, fresh=fresh)


def _ensure(database: str, size: int, words: str, fill: list[str], *, fresh: bool) -> None:
    settings.EMBEDDED.start()
    if not fresh and _filled(database) == size:
        run("django", database, "migrate", "--verbosity", "0")
        return
    say(f"Filling {database} with {words}; later runs use it again.")
    _statement(f"DROP DATABASE IF EXISTS {database} WITH (FORCE)", f"CREATE DATABASE {database}")
    run(fill[0], database, *fill[1:])


def copy(source: str, target: str) -> None:
    """`target` as a fresh copy of `source`."""
    _statement(f"DROP DATABASE IF EXISTS {target} WITH (FORCE)",
               f"CREATE DATABASE {target} TEMPLATE {source} STRATEGY FILE_COPY")


def drop(database: str) -> None:
    _statement(f"DROP DATABASE IF EXISTS {database} WITH (FORCE)")


def _statement(*statements: str) -> None:
    with connect("postgres").cursor() as cursor:
        for statement in statements:
            cursor.execute(statement)


def _filled(database: str) -> int | None:
    """How many tickets `database` was filled with; None when it was not, or not to the end."""
    try:
        with connect(database).cursor() as cursor:
            cursor.execute("SELECT tickets FROM bench_filled")
            return cursor.fetchone()[0]
    except psycopg2.Error:
        return None
