"""What each scope opens, as the description says; and many callers at once on one ticket."""

import threading

import pytest
from django.db import connections

from accounts.scopes import HOTLINE, SCOPES
from districts.models import Unit
from feedback.models import Ticket
from hcmc_ioc.openapi import schema
from tests.api.conftest import Caller
from tests.city import unit
from tests.feedback.test_actions import opened

pytestmark = pytest.mark.django_db
OPERATIONS = [(path, method, item) for path, items in schema()["paths"].items() for method, item in items.items()]


def needed(item) -> set[str]:
    """The scopes any of which opens the operation; none: a token is enough."""
    return {scope for one in item.get("security", []) for scope in one.get("client", [])}


@pytest.mark.parametrize("scope", SCOPES)
def test_a_scope_opens_what_it_says_and_nothing_else(scope, cast):
    place = Unit.objects.city() if scope in HOTLINE else unit("760")
    caller, code = Caller(place, [scope]), opened().code
    for path, method, item in OPERATIONS:
        if path.startswith("/token/"):
            continue
        address = path[1:].format(code=code, verb="accept", pk=1, number=1, indicator="fires", id=1, kind="pdf")
        answer = getattr(caller.http, method)(f"/api/v1/{address}", content_type="application/json",
                                              headers=caller._with({}))
        allowed = not needed(item) or scope in needed(item)
        if path.endswith("{verb}/"):
            allowed = scope == "tickets:write"  # "accept" is a move of the unit's people
        refused = answer.status_code == 403 and answer.json()["code"] == "insufficient_scope"
        assert refused != allowed, (scope, method, path, answer.status_code)


def test_every_operation_says_what_it_needs():
    for path, method, item in OPERATIONS:
        if method == "get" and path in ("/units/", "/categories/", "/channels/"):
            assert not needed(item)
        elif not path.startswith("/token/"):
            assert needed(item) <= set(SCOPES) and needed(item), (method, path)


@pytest.mark.django_db(transaction=True)
def test_many_callers_at_once_lose_and_double_nothing(callers):
    """Fifty notes, each sent twice under one key, from as many threads as a process has connections."""
    ticket, ready, answers = opened(), threading.Barrier(5), []

    def call(number: int) -> None:
        try:
            ready.wait(60)
            for n in range(10):
                caller = callers.q1 if (number + n) % 2 else callers.city
                for _again in range(2):
                    answer = caller.post(f"tickets/{ticket.code}/moves/note/", {"note": f"Ghi chú {number} {n}"},
                                         Idempotency_Key=f"n-{number}-{n}")
                    answers.append(answer.status_code)
        finally:
            connections.close_all()

    threads = [threading.Thread(target=call, args=[number]) for number in range(5)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert set(answers) == {200} and len(answers) == 100
    fresh, notes = Ticket.objects.get(pk=ticket.pk), ticket.events.filter(verb="note")
    assert notes.count() == 50 and fresh.version == ticket.version + 50
    assert notes.values("version").distinct().count() == 50


@pytest.mark.django_db(transaction=True)
def test_one_key_at_the_same_moment_does_one_thing(callers):
    ticket, ready, answers = opened(), threading.Barrier(5), []

    def call() -> None:
        try:
            ready.wait(60)
            answers.append(callers.q1.post(f"tickets/{ticket.code}/moves/resolve/", {"reply": "Xong"},
                                           Idempotency_Key="once").status_code)
        finally:
            connections.close_all()

    threads = [threading.Thread(target=call) for _ in range(5)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert answers == [200] * 5 and ticket.events.filter(verb="resolve").count() == 1
