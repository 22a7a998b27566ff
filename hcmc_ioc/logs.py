"""Log lines: time, level, logger, request id, message. A service that is down is one line, not a traceback."""

import logging

from hcmc_ioc.lib.requests import request_id

# By name, so that logging needs neither driver: what the drivers raise when their server is away.
OUTAGES = {
    "django.db.utils.OperationalError",
    "django.db.utils.InterfaceError",
    "psycopg2.OperationalError",
    "psycopg2.errors.AdminShutdown",
    "redis.exceptions.ConnectionError",
    "redis.exceptions.TimeoutError",
    "kombu.exceptions.OperationalError",
}


def is_outage(error):
    """Whether `error` only says that the database or Redis does not answer."""
    return any(f"{kind.__module__}.{kind.__qualname__}" in OUTAGES for kind in type(error).__mro__)


class LineFormatter(logging.Formatter):
    def __init__(self):
        super().__init__("%(asctime)s %(levelname)s %(name)s %(request_id)s%(message)s")

    def format(self, record):
        current = request_id()
        record.request_id = f"[{current}] " if current else ""
        return super().format(record)

    def formatException(self, ei):  # noqa: N802  the name is logging's
        if is_outage(ei[1]):
            return f"  {type(ei[1]).__name__}: {' '.join(str(ei[1]).split())}"
        return super().formatException(ei)
