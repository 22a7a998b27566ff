"""Django's PostgreSQL backend with a small pool per process (`DATABASES[…]["POOL_SIZE"]`).

Under ASGI each request has a thread of its own, so Django's persistent connections would pile up, one per thread,
until PostgreSQL refuses. Here a closed connection goes back to the pool, and no process holds more than its share.
Connections are closed as ever: by Django after each request or task; a thread that just ends gives its place back too.
"""

import gc
import os
import re
import select
import threading
from collections import deque
from weakref import WeakSet

from django.db.backends.base.base import NO_DB_ALIAS
from django.db.backends.postgresql import base
from django.db.utils import DatabaseErrorWrapper
from django.utils.functional import cached_property
from psycopg2 import Error, OperationalError, extensions

BURST_SECONDS = 1  # many requests at once: places come back by themselves
WAIT_SECONDS = 10
_pools, _pools_lock = {}, threading.Lock()
_limits: dict[str, int] = {}


def limit(seconds):
    """From here on this process lets PostgreSQL end what takes longer: {"statement_timeout": 15, …}. Commands set no
    limits: a migration takes what it takes."""
    _limits.update(seconds)


class Pool:
    """At most `size` connections in use; those not in use wait, the freshest first."""

    def __init__(self, size):
        self.size, self.idle, self.room = size, deque(), threading.Semaphore(size)
        self.leases, self.guard = WeakSet(), threading.Lock()

    def take(self, connect):
        """(connection, lease): an idle connection that is still alive, else a new one; waits for room."""
        self._wait()
        lease = Lease(self.room)
        with self.guard:
            self.leases.add(lease)
        while True:
            try:
                connection = self.idle.pop()
            except IndexError:
                return connect(), lease
            if not hung_up(connection):
                return connection, lease
            connection.close()

    def _wait(self):
        if self.room.acquire(timeout=BURST_SECONDS):
            return
        with self.guard:
            if any(lease.is_abandoned() for lease in self.leases):
                gc.collect()  # ended threads leave their connections in cycles, which hold their places until then
        if not self.room.acquire(timeout=WAIT_SECONDS):
            raise OperationalError(f"all {self.size} database connections of this process are busy")

    def give(self, connection):
        self.idle.append(connection)

    def clear(self):
        while self.idle:
            self.idle.pop().close()


class Lease:
    """One place in the pool; given back once, at the latest when its holder is forgotten with its thread."""

    def __init__(self, room):
        self.room, self.holder = room, threading.current_thread()

    def is_abandoned(self):
        """Whether its thread ended without giving it back. In a mere crowd none is, and collecting, a tenth of a
        second in which nothing else happens, would hold everybody up."""
        return self.room is not None and not self.holder.is_alive()

    def end(self):
        room, self.room = self.room, None
        if room:
            room.release()

    __del__ = end


def hung_up(connection):
    """Whether the server ended an idle connection: only then is there something to read on it."""
    if connection.closed:
        return True
    poll = select.poll()
    poll.register(connection.fileno(), select.POLLIN)
    return bool(poll.poll(0))


WITH_VALUES = ("22", "42601")  # data that do not fit, and statements that cannot be read: their message quotes them


def without_values(error):
    """PostgreSQL tells with an error the row that failed, and the driver repeats it: a citizen's words and phone. What
    is left is the sentence and its code, so that no log, task or page of an error can show more."""
    said, code = error.diag.message_primary, error.pgcode or ""
    if said:
        if code.startswith(WITH_VALUES):
            said = re.sub('".*"', '"…"', said, flags=re.DOTALL)
        error.args = (f"{said} ({code})",)


class Wordless(DatabaseErrorWrapper):
    """Django's, which makes its own errors of the driver's."""

    def __exit__(self, kind, error, traceback):
        if isinstance(error, Error):
            without_values(error)
        super().__exit__(kind, error, traceback)


class DatabaseWrapper(base.DatabaseWrapper):
    lease = None

    @cached_property
    def wrap_database_errors(self):
        return Wordless(self)

    @property
    def shared(self):
        """The pool of this process for this database; None for connections that serve administration."""
        if self.alias == NO_DB_ALIAS:
            return None
        key = (os.getpid(), *(self.settings_dict[name] for name in ("NAME", "HOST", "PORT", "USER")))
        with _pools_lock:
            return _pools.setdefault(key, Pool(self.settings_dict.get("POOL_SIZE", 10)))

    def get_connection_params(self):
        params = super().get_connection_params()
        if limits := [f"-c {name}={seconds}s" for name, seconds in _limits.items() if seconds]:
            params["options"] = " ".join(filter(None, [params.get("options"), *limits]))
        return params

    def get_new_connection(self, conn_params):
        pool, connect = self.shared, super().get_new_connection
        if pool is None:
            return connect(conn_params)
        connection, self.lease = pool.take(lambda: connect(conn_params))
        return connection

    def _close(self):
        connection, lease, self.lease = self.connection, self.lease, None
        if connection is None:
            return
        clean = not connection.closed and connection.info.transaction_status == extensions.TRANSACTION_STATUS_IDLE
        if lease and clean and not self.in_atomic_block:
            self.shared.give(connection)
        else:
            connection.close()
        if lease:
            lease.end()

    def close_pool(self):
        """Django asks for this before it drops or copies a database."""
        if self.shared:
            self.shared.clear()
