"""/healthz lives without anything; /readyz names what is missing."""

import pytest
from django.db import connection
from django.db.migrations.recorder import MigrationRecorder

from hcmc_ioc.logs import LineFormatter


def test_healthz_needs_no_database_and_no_known_host(client):
    answer = client.get("/healthz", headers={"host": "10.0.0.7:8000"})
    assert (answer.status_code, answer.content) == (200, b"ok")


def test_readyz_when_everything_is_there(client, db):
    answer = client.get("/readyz")
    assert answer.status_code == 200
    told = answer.json()
    assert told["ready"] and set(told["behind"].values()) == {0} and "figures" in told["behind"]
    assert told["checks"] == {"database": "ok", "migrations": "ok", "cache": "ok", "channel_layer": "ok"}


def test_readyz_names_unapplied_migrations(client, db):
    MigrationRecorder(connection).record_unapplied("sessions", "0001_initial")
    answer = client.get("/readyz")
    assert answer.status_code == 503
    assert "not applied" in answer.json()["checks"]["migrations"]


@pytest.mark.parametrize("part", ["cache", "channel_layer"])
def test_readyz_names_the_service_that_is_away(client, db, settings, part):
    nowhere = "unix:///nowhere/valkey.sock"
    if part == "cache":
        settings.CACHES = {"default": settings.CACHES["default"] | {"LOCATION": nowhere}}
    else:
        layer = {"BACKEND": "channels_redis.pubsub.RedisPubSubChannelLayer", "CONFIG": {"hosts": [nowhere]}}
        settings.CHANNEL_LAYERS = {"default": layer}
    answer = client.get("/readyz")
    assert answer.status_code == 503
    failed = {name for name, outcome in answer.json()["checks"].items() if outcome != "ok"}
    assert failed == {part}


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
