"""The connection pool: reuse, its bound, dead connections, threads that just end."""

import threading

import pytest
from django.db import connection, connections
from django.db.utils import OperationalError

from hcmc_ioc.pooled import base
from tests.patience import PATIENCE


@pytest.fixture
def backend(transactional_db):
    """The server process behind the current connection."""

    def ask():
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_backend_pid()")
            return cursor.fetchone()[0]

    connection.close()
    connection.shared.clear()
    yield ask
    connection.close()


def in_thread(function):
    found = []
    thread = threading.Thread(target=lambda: found.append(function()))
    thread.start()
    thread.join()
    return found[0]


def ask_and_close(backend):
    try:
        return backend()
    finally:
        connections.close_all()


def test_a_closed_connection_serves_the_next_thread(backend):
    assert in_thread(lambda: ask_and_close(backend)) == in_thread(lambda: ask_and_close(backend))


def test_a_connection_that_the_server_ended_is_not_used_again(backend):
    old = in_thread(lambda: ask_and_close(backend))
    with connection._nodb_cursor() as cursor:
        cursor.execute("SELECT pg_terminate_backend(%s, %s)", [old, PATIENCE * 1000])
        assert cursor.fetchone() == (True,)
    assert in_thread(lambda: ask_and_close(backend)) != old


def test_an_open_transaction_never_goes_back(backend):
    def leave_open():
        connection.set_autocommit(False)
        return ask_and_close(backend)

    assert in_thread(leave_open) != in_thread(lambda: ask_and_close(backend))


def test_no_process_takes_more_than_its_share(backend, monkeypatch):
    monkeypatch.setattr(base, "WAIT_SECONDS", 0.05)
    others = [connections.create_connection("default") for _ in range(connection.shared.size)]
    for other in others:
        other.ensure_connection()
    with pytest.raises(OperationalError, match="connections of this process are busy"):
        backend()
    others.pop().close()
    assert backend()
    for other in others:
        other.close()


def test_a_thread_that_ends_without_closing_gives_its_place_back(backend, monkeypatch):
    monkeypatch.setattr(base, "WAIT_SECONDS", 0.05)
    for _ in range(connection.shared.size * 2):
        assert in_thread(backend)


def test_a_crowd_collects_nothing(backend, monkeypatch):
    """Fifty requests that wait for a place would each hold up all the others."""
    monkeypatch.setattr(base, "BURST_SECONDS", 0.01)
    monkeypatch.setattr(base, "WAIT_SECONDS", 0.05)
    monkeypatch.setattr(base.gc, "collect", lambda: pytest.fail("it collects"))
    others = [connections.create_connection("default") for _ in range(connection.shared.size)]
    for other in others:
        other.ensure_connection()
    with pytest.raises(OperationalError):
        backend()
    for other in others:
        other.close()


def test_a_failed_connect_gives_its_place_back():
    pool = base.Pool(1)

    def refuse():
        raise RuntimeError("no server")

    for _ in range(3):
        with pytest.raises(RuntimeError):
            pool.take(refuse)
