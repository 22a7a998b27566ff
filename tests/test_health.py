"""/healthz lives without anything; /readyz names what is missing."""

import subprocess
import threading
from contextlib import suppress
from datetime import timedelta
from pathlib import Path
from tempfile import mkdtemp

import psycopg2
import pytest
from django.db import connection
from django.db.migrations.recorder import MigrationRecorder
from django.utils import timezone

from hcmc_ioc import health
from hcmc_ioc.local.embedded import DATABASE_USER, Services
from hcmc_ioc.logs import LineFormatter
from hcmc_ioc.pooled.cache import SharedClient
from live import feed, signs
from live.models import Sign
from tests.patience import PATIENCE, wait_for


def test_healthz_needs_no_database_and_no_known_host(client):
    answer = client.get("/healthz", headers={"host": "10.0.0.7:8000"})
    assert (answer.status_code, answer.content) == (200, b"ok")


def all_parts_live():
    for name in signs.PARTS:
        signs.leave(name)


def test_readyz_when_everything_is_there(client, db):
    all_parts_live()
    answer = client.get("/readyz")
    assert answer.status_code == 200
    told = answer.json()
    assert told["ready"] and told["degraded"] == []
    assert set(told["behind"].values()) == {0} and "figures" in told["behind"]
    assert set(told["checks"]) == {"database", "migrations", "writes", "database_log", "cache", "channel_layer"}
    assert set(told["checks"].values()) == {"ok"} and set(told["signs"]) == set(signs.PARTS)


def test_readyz_names_unapplied_migrations(client, db):
    MigrationRecorder(connection).record_unapplied("sessions", "0001_initial")
    answer = client.get("/readyz")
    assert answer.status_code == 503
    assert "not applied" in answer.json()["checks"]["migrations"]


@pytest.mark.parametrize("part", ["cache", "channel_layer"])
def test_without_valkey_pages_are_served_and_readyz_names_it(client, db, settings, part):
    all_parts_live()
    nowhere = "unix:///nowhere/valkey.sock"
    if part == "cache":
        settings.CACHES = {"default": settings.CACHES["default"] | {"LOCATION": nowhere}}
    else:
        layer = {"BACKEND": "channels_redis.pubsub.RedisPubSubChannelLayer", "CONFIG": {"hosts": [nowhere]}}
        settings.CHANNEL_LAYERS = {"default": layer}
    answer = client.get("/readyz")
    assert (answer.status_code, answer.json()["degraded"]) == (200, [part])
    SharedClient.missed = False


@pytest.mark.parametrize("part", signs.PARTS)
def test_a_part_of_the_background_without_a_sign_of_life_is_named(client, db, part):
    all_parts_live()
    Sign.objects.filter(name=part).update(at=timezone.now() - timedelta(seconds=signs.LATE + 5))
    answer = client.get("/readyz")
    assert (answer.status_code, answer.json()["degraded"]) == (200, [part])
    Sign.objects.filter(name=part).delete()
    assert client.get("/readyz").json()["degraded"] == [part]


def test_a_taker_that_lags_is_named(client, db, monkeypatch):
    all_parts_live()
    monkeypatch.setattr(feed, "lags", lambda: {"figures": 600, "journal": 1})
    answer = client.get("/readyz")
    assert (answer.status_code, answer.json()["degraded"]) == (200, ["taker figures"])


def test_nothing_can_be_written_is_not_ready(client, db, monkeypatch):
    """A quota on temporary files stands for a full disk; a disk that is full: `test_a_full_disk_shows`."""
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL temp_file_limit = '64kB'")
    told = client.get("/readyz")
    assert (told.status_code, told.json()["checks"]["writes"]) == (503, "OperationalError: no answer")


@pytest.fixture
def small_disk():
    """A disk of its own of 120 MB, where this machine lets us make one."""
    place = Path(mkdtemp(prefix="ioc-disk-", dir="/tmp"))
    if subprocess.run(["mount", "-t", "tmpfs", "-o", "size=120m", "tmpfs", place], capture_output=True).returncode:
        place.rmdir()
        pytest.skip("this machine lets nobody mount a disk")
    place.chmod(0o755)
    yield place
    subprocess.run(["umount", "--lazy", place], check=True)
    place.rmdir()


@pytest.mark.processes
def test_a_full_disk_shows(small_disk):
    services = Services(small_disk / "var")
    try:
        services.start()
        link = psycopg2.connect(dbname="postgres", user=DATABASE_USER, host=str(services.run))
        link.autocommit = True

        def write():
            with link.cursor() as cursor:
                cursor.execute("BEGIN")
                try:
                    for statement in health.WRITE:
                        cursor.execute(statement)
                finally:
                    cursor.execute("END")

        write()
        with suppress(OSError), (small_disk / "filler").open("wb", buffering=0) as filler:
            while filler.write(bytes(4096)):
                pass
        with link.cursor() as cursor:
            cursor.execute("SELECT 1")  # reading goes on, and a record alone is written too
            cursor.execute("SELECT pg_logical_emit_message(true, 'test', 'x')")
        with pytest.raises(psycopg2.OperationalError, match="No space left on device"):
            write()
        (small_disk / "filler").unlink()
        write()
        link.close()
    finally:
        services.stop()


def test_the_lookout_answers_in_time_and_says_what_it_last_saw(monkeypatch, caplog):
    lookout, going, looks = health._Lookout(), threading.Event(), []

    def look():
        looks.append(1)
        assert going.wait(PATIENCE)
        return {"ready": True, "n": len(looks)}

    monkeypatch.setattr(health, "look", look)
    monkeypatch.setattr(health, "AT_MOST", 0.05)
    assert lookout.seen()["ready"] is False and lookout.seen()["checks"] == {"database": "no answer in time"}
    assert len(looks) == 1, "one look at a time"
    going.set()
    wait_for(lambda: lookout.looking is None)
    going.clear()
    assert lookout.seen() == {"ready": True, "n": 1}
    lookout.at -= health.OLD + 1
    assert not lookout.seen()["ready"]
    going.set()
    wait_for(lambda: lookout.looking is None)


def test_every_answer_carries_its_request_id(client, db):
    assert client.get("/readyz", headers={"x-request-id": "abcdef-123456"})["X-Request-ID"] == "abcdef-123456"
    assert len(client.get("/readyz", headers={"x-request-id": "<script>"})["X-Request-ID"]) == 32


def test_what_is_away_is_logged_without_traceback(client, db, settings, caplog):
    layer = {"BACKEND": "channels_redis.pubsub.RedisPubSubChannelLayer", "CONFIG": {"hosts": ["unix:///nowhere/v.sock"]}}
    settings.CHANNEL_LAYERS = {"default": layer}
    client.get("/readyz")
    record = next(record for record in caplog.records if record.name == "hcmc_ioc.health")
    line = LineFormatter().format(record)
    assert len(line.splitlines()) == 1
    assert "not ready: channel_layer (ConnectionError: " in line
