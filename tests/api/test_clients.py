"""Clients, their tokens and scopes: given once, kept as digests, ended at once."""

import base64
import json
from datetime import timedelta

import pytest
from django.core.management import CommandError, call_command
from django.db import connection
from django.test import Client as Browser
from django.utils import timezone

from accounts import clients
from accounts.models import Client, ClientToken
from accounts.scopes import HOTLINE, SCOPES
from feedback.rules import rights
from tests.city import unit

pytestmark = pytest.mark.django_db


def ask(given, **headers):
    return Browser().post("/api/v1/token/", given, headers=headers)


def of(caller, **more):
    return {"grant_type": "client_credentials", "client_id": caller.client.client_id,
            "client_secret": caller.secret} | more


def test_a_token_is_given_for_the_secret_in_the_body_or_by_basic(callers):
    answer = ask(of(callers.q1, scope="tickets:read"))
    assert answer.status_code == 200 and "no-store" in answer["Cache-Control"]
    told = answer.json()
    assert (told["token_type"], told["scope"], told["expires_in"]) == ("Bearer", "tickets:read", 3600)
    basic = base64.b64encode(f"{callers.q1.client.client_id}:{callers.q1.secret}".encode()).decode()
    answer = ask({"grant_type": "client_credentials"}, Authorization=f"Basic {basic}")
    assert set(answer.json()["scope"].split()) == set(SCOPES) - HOTLINE
    for token in (told["access_token"], answer.json()["access_token"]):
        assert Browser().get("/api/v1/tickets/", headers={"Authorization": f"Bearer {token}"}).status_code == 200


@pytest.mark.parametrize(("changes", "status", "code"), [
    ({"client_secret": "wrong"}, 401, "invalid_client"), ({"client_id": "nobody"}, 401, "invalid_client"),
    ({"scope": "tickets:burn"}, 400, "invalid_scope"), ({"grant_type": "password"}, 400, "unsupported_grant_type"),
    ({"grant_type": ""}, 400, "invalid_request"), ({"client_id": "\x00"}, 401, "invalid_client"),
])
def test_what_is_wrong_is_told_as_the_standard_says(callers, changes, status, code):
    answer = ask(of(callers.q1, **changes))
    assert (answer.status_code, answer.json()["error"]) == (status, code)
    assert (status != 401) or answer["WWW-Authenticate"].startswith("Basic")


def test_a_scope_that_the_client_lacks_is_not_given(callers):
    assert ask(of(callers.reader, scope="tickets:write")).json() == {"error": "invalid_scope"}


def test_guessing_is_paused(callers):
    for _ in range(10):
        ask(of(callers.q1, client_secret="guess"))
    assert ask(of(callers.q1)).status_code == 401
    assert ask(of(callers.q3)).status_code == 200  # others are not held up


def test_no_secret_and_no_token_lies_in_the_database_or_the_log(callers, caplog):
    ask(of(callers.q1))
    with connection.cursor() as cursor:
        for table in ("client", "clienttoken"):
            cursor.execute(f"SELECT string_agg(t::text, ' ') FROM accounts_{table} AS t")
            text = cursor.fetchone()[0]
            assert callers.q1.secret not in text and callers.q1.token not in text
    assert callers.q1.secret not in caplog.text


@pytest.mark.parametrize("end", ["revoke", "rotate", "token", "expired", "client expired"])
def test_what_is_ended_stops_at_the_next_request(callers, end):
    caller = callers.q1
    assert caller.get("tickets/").status_code == 200
    if end == "revoke":
        clients.revoke(caller.client)
    elif end == "rotate":
        secret = clients.rotate(caller.client)
        assert ask(of(caller)).status_code == 401 and ask(of(caller, client_secret=secret)).status_code == 200
    elif end == "token":
        stranger = {"client_id": callers.q3.client.client_id, "client_secret": callers.q3.secret}
        assert Browser().post("/api/v1/token/revoke/", stranger | {"token": caller.token}).status_code == 200
        assert caller.get("tickets/").status_code == 200
        assert Browser().post("/api/v1/token/revoke/", of(caller, token=caller.token)).status_code == 200
    else:
        rows = ClientToken.objects.filter(client=caller.client) if end == "expired" else Client.objects
        rows.update(expires_at=timezone.now() - timedelta(seconds=1))
    answer = caller.get("tickets/")
    assert answer.status_code == 401 and 'error="invalid_token"' in answer["WWW-Authenticate"]


def test_without_a_token_it_is_said_what_is_wanted(callers):
    answer = Browser().get("/api/v1/tickets/")
    assert answer.status_code == 401 and answer["WWW-Authenticate"] == 'Bearer realm="api"'
    assert answer["Content-Type"] == "application/problem+json" and answer.json()["code"] == "not_authenticated"


def test_its_last_use_is_known_to_the_minute(callers):
    callers.q1.get("channels/")
    first = Client.objects.get(pk=callers.q1.client.pk).last_used_at
    callers.q1.get("channels/")
    assert first is not None and Client.objects.get(pk=callers.q1.client.pk).last_used_at == first


def test_every_right_of_clients_is_a_scope_with_words():
    assert set(rights.SCOPES) <= set(SCOPES)


def test_the_command_prints_the_secret_once(town, capsys):
    call_command("create_client", "Quận 1", unit="760", scopes="tickets:read figures:read", json=True)
    told = json.loads(capsys.readouterr().out)
    client = Client.objects.get(client_id=told["client_id"])
    assert client.unit == unit("760") and clients.recognised(told["client_id"], told["client_secret"]) == client
    for wrong in ({"unit": "xxx", "scopes": "tickets:read"}, {"unit": "760", "scopes": "tickets:burn"},
                  {"unit": "760", "scopes": " "}, {"unit": "760", "scopes": "tickets:read tickets:dispatch"}):
        with pytest.raises(CommandError):
            call_command("create_client", "x", **wrong)


def test_a_key_is_printed_once_with_its_client_or_later(town, capsys):
    call_command("create_client", "App", all_units=True, scopes="open311:write", key=True, json=True)
    told = json.loads(capsys.readouterr().out)
    call_command("create_key", told["client_id"])
    later = capsys.readouterr().out.splitlines()[0].removeprefix("api_key: ")
    assert {clients.by_token(value).client.client_id for value in (told["api_key"], later)} == {told["client_id"]}
    with pytest.raises(CommandError):
        call_command("create_key", "nobody")


def test_old_tokens_are_forgotten(callers):
    ClientToken.objects.update(expires_at=timezone.now() - timedelta(days=8))
    assert clients.forget(timezone.now()) == ClientToken.objects.count() + 5
