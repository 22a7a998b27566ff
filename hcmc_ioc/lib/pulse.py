"""Whether PostgreSQL and Valkey answer this process, asked once a second.

A server that stands still (SIGSTOP, a disk that hangs, a network that swallows) takes every question, answers none, and
no time limit of its own ends the wait. So each is asked by a thread with a connection of its own, which waits for so
long and no longer. Who wants to know reads one attribute: `database.away`, `valkey.away`. Where nobody called `start`
(commands, the worker, tests) nobody is ever away.
"""

import logging
import os
import select
import threading
import time
from collections.abc import Callable
from contextlib import suppress

import psycopg2
from django.conf import settings
from django.db import connections
from psycopg2 import extensions
from redis import Redis
from redis.backoff import NoBackoff
from redis.retry import Retry

EVERY = 1.0  # seconds between two questions; half of it while no answer comes
PATIENT = 2.0  # seconds that an answer may take: a question that reads nothing takes a thousandth of one
ANEW = 10.0  # seconds after which another connection is tried: the old one may be dead without knowing it
CROWDED = ("connection slots", "too many clients", "too many connections")
log = logging.getLogger(__name__)


class Silent(Exception):
    """No answer in time."""


class Service:
    """One server as this process sees it; `ask(patient)` returns when it answered and raises when it did not."""

    def __init__(self, name: str, ask: Callable[[float], None], forget: Callable[[], None]):
        self.name, self._ask, self._forget = name, ask, forget
        self.away = False
        self.answered = time.monotonic()
        self.listeners: list[Callable[[], None]] = []  # called again and again while it is away

    def look(self) -> bool:
        """Ask once; whether it answered."""
        why = self._why_not()
        if why and not isinstance(why, Silent):
            why = self._why_not()  # our connection alone may have been ended
        self._note(why)
        return why is None

    def _why_not(self) -> Exception | None:
        try:
            self._ask(PATIENT)
        except Exception as error:  # noqa: BLE001 - whatever it is, that was no answer
            if not isinstance(error, Silent) or time.monotonic() - self.answered > ANEW:
                self._forget()
            return error
        return None

    def _note(self, why: Exception | None) -> None:
        now = time.monotonic()
        if why is None:
            if self.away:
                log.warning("%s answers again after %.0f s", self.name, now - self.answered)
            self.away, self.answered = False, now
            return
        if not self.away:
            log.warning("%s does not answer (%s)", self.name, " ".join(str(why).split()) or type(why).__name__)
        self.away = True
        for told in self.listeners:
            told()

    def watch(self, ended: threading.Event) -> None:
        while not ended.wait(EVERY / 2 if self.away else EVERY):
            self.look()
        self._forget()

    def begin(self) -> None:
        """A forked process has seen nothing yet."""
        self.away, self.answered = False, time.monotonic()


class _Database:
    """Asks by an asynchronous connection, which waits through `poll` and so never longer than it is told."""

    link: extensions.connection | None = None
    asked: extensions.cursor | None = None  # waits for its answer: a second question would only lengthen the queue

    def ask(self, patient: float) -> None:
        deadline = time.monotonic() + patient
        try:
            if self.link is None:
                self.link = psycopg2.connect(**_parameters(), async_=1)
            _wait(self.link, deadline)
            if self.asked is None:
                self.asked = self.link.cursor()
                self.asked.execute("SELECT 1")
            _wait(self.link, deadline)
        except psycopg2.OperationalError as error:
            if not any(word in str(error) for word in CROWDED):  # a server that refuses for want of room answers
                raise
            self.forget()
        self.asked = None

    def forget(self) -> None:
        link, self.link, self.asked = self.link, None, None
        if link is not None:
            with suppress(psycopg2.Error):
                link.close()


def _parameters() -> dict:
    found = connections["default"].get_connection_params()
    known = ("dbname", "user", "password", "host", "port", "connect_timeout", "sslmode", "sslrootcert", "service")
    return {name: found[name] for name in known if name in found}


def _wait(link: extensions.connection, deadline: float) -> None:
    ways = {extensions.POLL_READ: select.POLLIN, extensions.POLL_WRITE: select.POLLOUT}
    while (state := link.poll()) != extensions.POLL_OK:
        poll = select.poll()
        poll.register(link.fileno(), ways[state])
        # Also when we come too late ourselves, an answer that is there counts.
        if not poll.poll(1000 * max(0.0, deadline - time.monotonic())):
            raise Silent("no answer")


class _Valkey:
    client: Redis | None = None

    def ask(self, patient: float) -> None:
        if self.client is None:
            limits = {"socket_timeout": patient, "socket_connect_timeout": patient}
            self.client = Redis.from_url(settings.REDIS_URL, retry=Retry(NoBackoff(), 0), **limits)
        self.client.ping()

    def forget(self) -> None:
        if self.client is not None:
            self.client.close()
        self.client = None


def _service(name: str, asking: "_Database | _Valkey") -> Service:
    return Service(name, asking.ask, asking.forget)


database, valkey = _service("PostgreSQL", _Database()), _service("Valkey", _Valkey())
_lock, _begun, _ended = threading.Lock(), 0, threading.Event()


def start() -> None:
    """Begin to ask, once per process; cheap when that was done. A web server that forks begins in its children."""
    global _begun, _ended
    if _begun == os.getpid():
        return
    with _lock:
        if _begun == os.getpid():
            return
        _begun, _ended = os.getpid(), threading.Event()
        for service in (database, valkey):
            service.begin()
            threading.Thread(target=service.watch, args=[_ended], name=f"pulse {service.name}", daemon=True).start()


def stop() -> None:
    """For tests, whose database goes away."""
    global _begun
    _ended.set()
    _begun = 0
    for service in (database, valkey):
        service.begin()


def is_beating() -> bool:
    return _begun == os.getpid()
