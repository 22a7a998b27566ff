"""Whether this process lives (/healthz) and whether it can serve people (/readyz)."""

import asyncio
import logging
import threading
import time
from concurrent.futures import Future
from concurrent.futures import TimeoutError as NotYet

from asgiref.sync import async_to_sync
from channels.layers import get_channel_layer
from django.core.cache import cache
from django.db import connection, connections, transaction
from django.db.migrations.executor import MigrationExecutor
from django.http import HttpResponse, JsonResponse

from hcmc_ioc.lib import pulse
from live import feed, signs

AT_MOST = 1.5  # seconds that the answer of /readyz may take
OLD = 20  # seconds after which what was last seen says nothing any more
LATE = 60  # seconds that a taker of the feed may be behind
log = logging.getLogger(__name__)


def healthz(get_response):
    """Middleware: /healthz is 200 as long as the process answers, also to who asks by address and without HTTPS."""

    def middleware(request):
        if request.path == "/healthz":
            return HttpResponse("ok", content_type="text/plain")
        return get_response(request)

    return middleware


def readyz(request):
    """503 when this process cannot serve pages, or when nothing can be written; else 200, with what is degraded.

    {"ready": …, "degraded": [name], "checks": {name: "ok" or what is wrong}, "behind": {taker of the feed: seconds},
    "signs": {part of the background: seconds since its last sign of life}}
    """
    found = state()
    return JsonResponse(found, status=200 if found["ready"] else 503)


def state() -> dict:
    """What /readyz says, as a dict, within two seconds whatever happens."""
    if pulse.database.away:
        return _judged({"database": "no answer"}, {}, {})
    return _lookout.seen() if pulse.is_beating() else look()


def look() -> dict:
    checks = {name: _outcome(check) for name, check in CHECKS.items()}
    asks = checks["database"] == checks["migrations"] == "ok"
    return _judged(checks, _told(feed.lags) if asks else {}, _told(signs.ages) if asks else {})


def _judged(checks: dict, behind: dict, ages: dict) -> dict:
    ready = all(checks.get(name) == "ok" for name in NEEDED)
    degraded = [name for name, outcome in checks.items() if outcome != "ok" and name not in NEEDED]
    degraded += [name for name, age in ages.items() if signs.is_late(age)]
    degraded += [f"taker {name}" for name, seconds in behind.items() if seconds > LATE]
    return {"ready": ready, "degraded": degraded, "checks": checks, "behind": behind, "signs": ages}


class _Lookout:
    """One look at a time, in a thread of its own: who asks waits a little for it, then takes what was last seen."""

    def __init__(self):
        self.guard, self.looking, self.last, self.at = threading.Lock(), None, None, 0.0

    def seen(self) -> dict:
        with self.guard:
            if self.looking is None:
                self.looking = Future()
                threading.Thread(target=self._look, args=[self.looking], name="lookout", daemon=True).start()
            looking = self.looking
        try:
            return looking.result(AT_MOST)
        except NotYet:
            if self.last and time.monotonic() - self.at < OLD:
                return self.last
            return _judged({"database": "no answer in time"}, {}, {})

    def _look(self, found):
        try:
            self.last, self.at = look(), time.monotonic()
        finally:
            connections.close_all()
            with self.guard:
                self.looking = None
            found.set_result(self.last)


_lookout = _Lookout()


def _told(ask) -> dict:
    try:
        return ask()
    except Exception as error:  # it went away since it was asked: the checks of the next time say so
        log.warning("not known how far the background is", exc_info=error)
        return {}


def _outcome(check):
    try:
        return check() or "ok"
    except Exception as error:  # whatever it is, the answer is "not ready", and the log says why
        log.warning("not ready: %s", check.__name__, exc_info=error)
        return f"{type(error).__name__}: no answer"


def database():
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1")


def migrations():
    executor = MigrationExecutor(connection)
    waiting = executor.migration_plan(executor.loader.graph.leaf_nodes())
    return f"{len(waiting)} migrations not applied" if waiting else None


WRITE = (
    "SET LOCAL work_mem = '64kB'",
    "SELECT count(*) FROM generate_series(1, 20000)",  # half a megabyte, which spills into a temporary file
    "SELECT pg_logical_emit_message(true, 'readyz', 'a record in the journal, and nothing else')",
)


def writes():
    """On a full disk a table or a temporary file that wants to grow fails first; the journal goes on for a while within
    the file it has. So a file is made to grow, and a record written."""
    with transaction.atomic(), connection.cursor() as cursor:
        for statement in WRITE:
            cursor.execute(statement)


def database_log():
    """An error that PostgreSQL logs holds the statement and the row: a citizen's words and phone."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT name, setting FROM pg_settings WHERE name LIKE 'log_%'")
        found = dict(cursor.fetchall())
    silent = found["log_min_messages"] in ("log", "fatal", "panic")
    statements = found["log_statement"] in ("none", "ddl") and found["log_min_duration_statement"] == "-1"
    return None if silent and statements else "tells citizens' data"


def shared_cache():
    cache.set("readyz", "ok", 10)
    return None if cache.get("readyz") == "ok" else "does not keep what it was given"


def channel_layer():
    if pulse.valkey.away:
        return "no answer"
    async_to_sync(_knock)()
    return None


async def _knock():
    async with asyncio.timeout(1):
        await get_channel_layer().group_send("readyz", {"type": "readyz"})


NEEDED = ("database", "migrations", "writes")
CHECKS = {
    "database": database,
    "migrations": migrations,
    "writes": writes,
    "database_log": database_log,
    "cache": shared_cache,
    "channel_layer": channel_layer,
}
