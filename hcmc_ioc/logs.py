"""Log lines: time, level, logger, request id, message. A service that is down is a line now and then."""

import logging
import time
from copy import copy

from hcmc_ioc.lib.requests import request_id

# By name, so that logging needs neither driver: what the drivers raise when their server is away.
OUTAGES = {
    "django.db.utils.OperationalError",
    "django.db.utils.InterfaceError",
    "psycopg2.OperationalError",
    "redis.exceptions.ConnectionError",
    "redis.exceptions.TimeoutError",
    "kombu.exceptions.OperationalError",
}
# A connection that breaks between question and answer is told by the driver in these words, whatever it raises.
BROKEN = {"psycopg2.DatabaseError", "psycopg2.InterfaceError", "django.db.utils.DatabaseError",
          "builtins.RuntimeError"}  # the last is the event loop's, of a connection to Redis
BROKEN_WORDS = (
    "connection already closed", "cursor already closed", "server closed the connection", "terminating connection",
    "no message from the libpq", "lost synchronization with server", "connection not open",
    "no connection to the server",
    "could not receive data from server", "could not send data to server", "SSL connection has been closed",
    "the connection has been closed", "another command is already in progress", "the handler is closed",
)
# What these report may have been raised while they dealt with an outage: then that is the story.
DEALING = {"celery.beat", "celery.worker"}
TOLD_EVERY = 10  # seconds


def is_outage(error):
    """Whether `error` only says that the database or Redis does not answer."""
    kinds = {f"{kind.__module__}.{kind.__qualname__}" for kind in type(error).__mro__}
    if kinds & OUTAGES:
        return True
    if kinds & BROKEN:  # the transaction that is broken was broken by something, which Django names as the cause
        return any(words in str(error) for words in BROKEN_WORDS) or is_outage(error.__cause__)
    return False


def _outage(record):
    error = record.exc_info[1] if record.exc_info else None
    while error and not is_outage(error):
        error = error.__context__ if record.name in DEALING else None
    return error


class OutageFilter(logging.Filter):
    """Each kind of outage is told once in ten seconds by a process, however many requests and screens meet it."""

    def __init__(self):
        super().__init__()
        self.told = {}

    def filter(self, record):
        error = _outage(record)
        if error is None and getattr(record, "status_code", 0) != 503:  # a probe's 503 repeats what was told
            return True
        now, kind = time.monotonic(), type(error)
        due = now - self.told.get(kind, -TOLD_EVERY) >= TOLD_EVERY
        if due:
            self.told[kind] = now
        return due


class LineFormatter(logging.Formatter):
    def __init__(self):
        super().__init__("%(asctime)s %(levelname)s %(name)s %(request_id)s%(message)s")

    def format(self, record):
        record = copy(record)  # other handlers keep their traceback
        error = _outage(record)
        if error:
            said = (record.getMessage().strip().splitlines() or [""])[0]
            record.msg, record.args = f"{said} ({type(error).__name__}: {' '.join(str(error).split())})", ()
        if error or (record.name == "django.request" and record.levelno < logging.ERROR):  # 403: refused, not failed
            record.exc_info = record.exc_text = None
        current = request_id()
        record.request_id = f"[{current}] " if current else ""
        return super().format(record)
