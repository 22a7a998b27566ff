"""Who is away, and what a caught request is answered. With a server that really stands still: tests/test_frozen.py."""

import asyncio
import subprocess
import sys
import threading

import psycopg2
import pytest
from django.core.cache import cache
from django.db import connection
from django.db.utils import OperationalError

from hcmc_ioc import caught
from hcmc_ioc import settings as ours
from hcmc_ioc.lib import pulse
from hcmc_ioc.pooled import base as pooled
from hcmc_ioc.pooled.cache import SharedClient
from live import hints
from tests import processes
from tests.patience import PATIENCE


@pytest.fixture
def service():
    found = pulse._service("PostgreSQL", pulse._Database())
    yield found
    found._forget()


def test_a_database_that_answers_is_not_away(service, db):
    assert service.look() and service.look() and not service.away


def test_a_connection_ended_under_the_pulse_is_no_outage(service, db):
    service.look()
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE query = 'SELECT 1'")
    assert service.look() and not service.away


@pytest.mark.parametrize(("error", "away"), [
    (psycopg2.OperationalError("FATAL: sorry, too many clients already"), False),
    (psycopg2.OperationalError("FATAL: the database system is starting up"), True),
])
def test_a_server_that_refuses_for_want_of_room_answers(service, monkeypatch, error, away):
    def refused(**_given):
        raise error

    monkeypatch.setattr(pulse.psycopg2, "connect", refused)
    service.look()
    assert service.away == away


def test_while_it_is_away_listeners_are_called_and_once_it_is_told(caplog):
    calls, states = [], iter([pulse.Silent("no answer"), pulse.Silent("no answer"), None])

    def ask(_patient):
        if error := next(states):
            raise error

    service = pulse.Service("Valkey", ask, lambda: None)
    service.listeners.append(lambda: calls.append(service.away))
    assert [service.look() for _n in range(3)] == [False, False, True]
    assert calls == [True, True] and not service.away
    told = [record.getMessage() for record in caplog.records]
    assert told == ["Valkey does not answer (no answer)", "Valkey answers again after 0 s"]


@pytest.mark.parametrize(("path", "awaited"), [("/", 503), ("/api/v1/units", 503), ("/healthz", 200), ("/readyz", 503)])
def test_while_the_database_is_away_nobody_asks_it(client, monkeypatch, path, awaited):
    monkeypatch.setattr(pulse.database, "away", True)  # and no database for this test
    answer = client.get(path)
    assert answer.status_code == awaited
    if path == "/":
        assert "Hệ thống tạm gián đoạn" in answer.content.decode() and answer["Retry-After"] == "5"
        assert "Content-Security-Policy" in answer


def test_readyz_while_the_database_is_away_does_not_ask_it(client, monkeypatch):
    monkeypatch.setattr(pulse.database, "away", True)
    assert client.get("/readyz").json()["checks"] == {"database": "no answer"}


def scope(path="/", method="GET", **headers):
    listed = [(name.encode(), value.encode()) for name, value in headers.items()]
    return {"type": "http", "method": method, "path": path, "headers": listed, "query_string": b""}


def caught_in(stream_first: bool, method="GET"):
    """What is sent for a request whose thread waits for ever, or has begun to answer."""
    sent, end = [], threading.Event()

    async def pages(_scope, _receive, send):
        if stream_first:
            await send({"type": "http.response.start", "status": 200, "headers": []})
        await asyncio.to_thread(end.wait)
        await send({"type": "http.response.body", "body": b"late"})

    async def run():
        async def send(message):
            sent.append(message)

        task = asyncio.create_task(caught.answered(pages)(scope(method=method), None, send))
        await asyncio.sleep(0)
        await asyncio.to_thread(caught.release)
        for _n in range(20):
            await asyncio.sleep(0)
        end.set()
        await task

    asyncio.run(run())
    return sent


def test_a_caught_request_is_answered_beside_its_thread(monkeypatch):
    monkeypatch.setattr(caught, "LIMIT", -1)
    monkeypatch.setattr(pulse, "start", lambda: None)
    start, body = caught_in(stream_first=False)
    assert start["status"] == 503 and b"gi\xc3\xa1n \xc4\x91o\xe1\xba\xa1n" in body["body"] and not caught._waiting


def test_an_answer_that_has_begun_is_not_cut(monkeypatch):
    monkeypatch.setattr(caught, "LIMIT", -1)
    monkeypatch.setattr(pulse, "start", lambda: None)
    start, body = caught_in(stream_first=True)
    assert (start["status"], body["body"]) == (200, b"late")


def test_while_valkey_is_away_the_cache_is_empty_and_afterwards_it_is_emptied(monkeypatch):
    cache.set("kept", 1)
    monkeypatch.setattr(pulse.valkey, "away", True)
    assert (cache.get("kept"), cache.add("new", 1), cache.incr("kept")) == (None, False, 1)
    assert not SharedClient.missed
    cache.delete("kept")
    monkeypatch.setattr(pulse.valkey, "away", False)
    assert cache.get("kept") is None, "deleted, late"


def test_while_valkey_is_away_no_hint_is_tried(monkeypatch, caplog):
    monkeypatch.setattr(pulse.valkey, "away", True)
    monkeypatch.setattr(hints, "_loop", lambda pid: pytest.fail("tried"))
    hints.publish({"city": 1})
    assert not caplog.records


def test_a_hint_that_hangs_is_given_up_and_leaves_nothing_behind(monkeypatch, caplog):
    ended = threading.Event()

    async def hang(_versions):
        try:
            await asyncio.Event().wait()
        finally:
            ended.set()

    monkeypatch.setattr(hints, "WAIT_SECONDS", 0.01)
    monkeypatch.setattr(hints, "_send", hang)
    hints.publish({"city": 1})
    assert "live hints not sent" in caplog.text and ended.wait(PATIENCE)


def test_web_has_shorter_limits_than_the_worker_and_commands_have_none():
    web, worker = ours.DATABASE_LIMITS["web"], ours.DATABASE_LIMITS["worker"]
    assert web.keys() == worker.keys() and all(0 < web[name] < worker[name] for name in web)
    script = ("import os; from hcmc_ioc.pooled import base; import django; django.setup(); print(base._limits); "
              "import hcmc_ioc.asgi; print(base._limits)")
    surroundings = processes.environment("none")
    said = subprocess.run([sys.executable, "-c", script], env=surroundings, cwd=processes.ROOT, capture_output=True,
                          text=True).stdout.splitlines()
    assert said == ["{}", str(web)]


def test_a_cache_that_is_gone_costs_a_line_and_no_page(settings, caplog, client, db):
    settings.CACHES = {"default": settings.CACHES["default"] | {"LOCATION": "unix:///nowhere/valkey.sock"}}
    somebody = {"Cookie": "ioc_session=abcdefghijklmnopqrstuvwxyz123456"}
    assert client.get("/dang-nhap/", headers=somebody).status_code == 200
    assert "the cache does not answer" in caplog.text
    SharedClient.missed = False


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize(("limits", "question"), [
    ({"statement_timeout": 1}, "SELECT pg_sleep(20)"), ({"lock_timeout": 1}, "LOCK TABLE live_topicversion"),
])
def test_what_takes_too_long_is_ended_by_the_database(monkeypatch, limits, question):
    monkeypatch.setattr(pooled, "_limits", limits)
    other = psycopg2.connect(**pulse._parameters())
    with other.cursor() as holder:
        holder.execute("LOCK TABLE live_topicversion")
        connection.close()
        connection.close_pool()
        with pytest.raises(OperationalError, match="timeout"), connection.cursor() as cursor:
            cursor.execute("BEGIN")
            cursor.execute(question)
    other.close()
    connection.close()
