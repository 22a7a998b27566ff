"""Hooks through the door of other systems: each client has its own, and sees nobody else's."""

import json

import pytest

from hooks import hooks
from hooks.models import Delivery, Hook
from tests.feedback.test_actions import opened
from tests.hooks.conftest import is_signed, told

pytestmark = pytest.mark.django_db
PLACE = "https://nhan.example/ioc"


def send(caller, method, path, body=None):
    return getattr(caller.http, method)(f"/api/v1/{path}", json.dumps(body or {}), "application/json",
                                        headers=caller._with({}))


def test_a_client_makes_a_hook_and_is_told_its_secret_once(callers, receiver):
    answer = callers.q1.post("hooks/", {"url": receiver.url, "verbs": ["accept", "open", "open"]})
    assert answer.status_code == 201, answer.content
    made = answer.json()
    assert answer["Location"].endswith(f"/api/v1/hooks/{made['id']}/") and made["verbs"] == ["accept", "open"]
    for path in ("hooks/", f"hooks/{made['id']}/"):
        assert made["secret"] not in callers.q1.get(path).content.decode()
    assert callers.q1.get("hooks/").json()["results"][0]["url"] == receiver.url
    opened()
    told()
    assert [message.type for message in receiver.got] == ["ticket.open"] and is_signed(receiver.got[0], made["secret"])


def test_the_secret_lies_encrypted(callers):
    from django.db import connection

    secret = callers.q1.post("hooks/", {"url": PLACE}).json()["secret"]
    with connection.cursor() as cursor:
        cursor.execute("SELECT secret FROM hooks_hook")
        assert secret not in cursor.fetchone()[0]


@pytest.mark.parametrize(("body", "pointer"), [
    ({}, "/url"), ({"url": 5}, "/url"), ({"url": "http://a.vn/"}, "/url"), ({"url": "https://127.0.0.1/"}, "/url"),
    ({"url": PLACE, "verbs": ["burn"]}, "/verbs"), ({"url": PLACE, "verbs": "accept"}, "/verbs"),
    ({"url": PLACE, "verbs": [[]]}, "/verbs"), ({"url": PLACE, "secret": "x"}, "/secret"), ([], ""),
])
def test_what_is_wrong_is_pointed_at(callers, body, pointer):
    answer = callers.q1.post("hooks/", body)
    assert answer.status_code == 422 and pointer in {error["pointer"] for error in answer.json()["errors"]}
    assert not Hook.objects.exists()


def test_it_needs_its_scope_and_a_right_to_read(callers, client, cast):
    assert callers.reader.get("hooks/").status_code == 403
    assert callers.reader.post("hooks/", {"url": PLACE}).json()["code"] == "insufficient_scope"
    callers.q1.client.scopes = "hooks:write"
    callers.q1.client.save()
    answer = callers.q1.post("hooks/", {"url": PLACE})
    assert (answer.status_code, answer.json()["code"]) == (409, "nothing_to_tell")
    client.force_login(cast.sau, backend="accounts.backends.People")
    assert client.get("/api/v1/hooks/").status_code == 403  # people have no hooks


def test_what_is_another_s_is_not_there(callers):
    pk = callers.q1.post("hooks/", {"url": PLACE}).json()["id"]
    row = hooks.test(Hook.objects.get())
    for path in (f"hooks/{pk}/", f"hooks/{pk}/deliveries/", f"hooks/{10**30}/"):
        assert callers.q3.get(path).status_code == 404
    for path in (f"hooks/{pk}/test/", f"hooks/{pk}/deliveries/{row.pk}/replay/"):
        assert callers.q3.post(path).status_code == 404
    assert send(callers.q3, "patch", f"hooks/{pk}/", {"active": False}).status_code == 404
    assert send(callers.q3, "delete", f"hooks/{pk}/").status_code == 404
    assert callers.q3.get("hooks/").json()["results"] == [] and Hook.objects.get().is_active


def test_it_is_changed_switched_off_and_on_and_removed(callers):
    pk = callers.q1.post("hooks/", {"url": PLACE}).json()["id"]
    given = {"url": f"{PLACE}/2", "verbs": ["left"], "active": False}
    changed = send(callers.q1, "patch", f"hooks/{pk}/", given).json()
    assert (changed["url"], changed["verbs"], changed["active"]) == (f"{PLACE}/2", ["left"], False)
    assert changed["ended_why"] == "client"
    assert callers.q1.post(f"hooks/{pk}/test/").status_code == 409
    assert send(callers.q1, "patch", f"hooks/{pk}/", {"active": True}).json()["active"]
    assert send(callers.q1, "patch", f"hooks/{pk}/", {"active": "yes"}).status_code == 422
    assert send(callers.q1, "delete", f"hooks/{pk}/").status_code == 204
    assert callers.q1.get(f"hooks/{pk}/").status_code == 404


def test_a_client_has_ten_at_most(callers):
    for _n in range(hooks.MOST):
        assert callers.q1.post("hooks/", {"url": PLACE}).status_code == 201
    assert callers.q1.post("hooks/", {"url": PLACE}).json()["code"] == "too_many"


def test_a_test_goes_out_and_stands_in_the_log(callers, receiver):
    pk = callers.q1.post("hooks/", {"url": receiver.url}).json()["id"]
    answer = callers.q1.post(f"hooks/{pk}/test/")
    assert answer.status_code == 202 and answer.json()["state"] == "waiting"
    told()
    assert [message.type for message in receiver.got] == ["hook.test"]
    row = callers.q1.get(f"hooks/{pk}/deliveries/").json()["results"][0]
    assert (row["state"], row["status"], row["tries"], row["verb"]) == ("delivered", 200, 1, "test")
    assert row["webhook_id"] == receiver.got[0].headers["Webhook-Id"]


def test_the_log_is_read_in_pages_and_a_dead_message_sent_again(callers, receiver):
    pk = callers.q1.post("hooks/", {"url": receiver.url}).json()["id"]
    ticket = opened()
    told()
    for _n in range(3):
        hooks.test(Hook.objects.get())
    path = f"hooks/{pk}/deliveries/"
    found, query = [], {"limit": 2}
    while True:
        told_now = callers.q1.get(path, query).json()
        found += told_now["results"]
        if not told_now["next"]:
            break
        query["cursor"] = told_now["next"].rpartition("cursor=")[2]
    assert [row["verb"] for row in found] == ["test"] * 3 + ["forward", "open"] and found[-1]["ticket"] == ticket.code
    first = Delivery.objects.earliest("pk")
    Delivery.objects.filter(pk=first.pk).update(state="dead")
    assert [row["id"] for row in callers.q1.get(path, {"state": "dead"}).json()["results"]] == [first.pk]
    assert callers.q1.post(f"{path}{first.pk}/replay/").json()["state"] == "waiting"
    told()
    again = [message.headers["Webhook-Id"] for message in receiver.got if message.type == "ticket.open"]
    assert len(again) == 2 and len(set(again)) == 1
    for query in ({"state": "burnt"}, {"cursor": "x"}, {"limit": "0"}, {"nonsense": "1"}):
        assert callers.q1.get(path, query).status_code == 400
    assert callers.q1.post(f"{path}{10**30}/replay/").status_code == 404
