"""Whether this process lives (/healthz) and whether it can serve people (/readyz)."""

import logging

from asgiref.sync import async_to_sync
from channels.layers import get_channel_layer
from django.core.cache import cache
from django.db import connection
from django.db.migrations.executor import MigrationExecutor
from django.http import HttpResponse, JsonResponse

from hcmc_ioc.lib import pulse
from live import feed

log = logging.getLogger(__name__)


def healthz(get_response):
    """Middleware: /healthz is 200 as long as the process answers, also to who asks by address and without HTTPS."""

    def middleware(request):
        if request.path == "/healthz":
            return HttpResponse("ok", content_type="text/plain")
        return get_response(request)

    return middleware


def readyz(request):
    """200 when everything a page needs answers, else 503.

    {"ready": …, "checks": {name: "ok" or what is wrong}, "behind": {taker of the feed: seconds}}
    """
    found = state()
    return JsonResponse(found, status=200 if found["ready"] else 503)


def state() -> dict:
    """What /readyz says, as a dict."""
    if pulse.database.away:
        return {"ready": False, "checks": {"database": "no answer"}, "behind": {}}
    checks = {name: _outcome(check) for name, check in CHECKS.items()}
    ready = all(outcome == "ok" for outcome in checks.values())
    behind = _behind() if checks["database"] == checks["migrations"] == "ok" else {}
    return {"ready": ready, "checks": checks, "behind": behind}


def _behind() -> dict[str, int]:
    try:
        return feed.lags()
    except Exception as error:  # it went away since it was asked: the checks of the next time say so
        log.warning("not known how far the takers of the feed are behind", exc_info=error)
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


def shared_cache():
    cache.set("readyz", "ok", 10)
    return None if cache.get("readyz") == "ok" else "does not keep what it was given"


def channel_layer():
    async_to_sync(get_channel_layer().group_send)("readyz", {"type": "readyz"})


CHECKS = {
    "database": database,
    "migrations": migrations,
    "cache": shared_cache,
    "channel_layer": channel_layer,
}
