"""Tickets through the door of other systems: read, recorded, moved by the same rules as on the pages."""

import json
from datetime import timedelta
from urllib.parse import urlsplit

import pytest
from django.db import connection
from django.test import Client as Browser
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from feedback import actions
from feedback.models import Reading, Reporter, Ticket
from feedback.rules.rights import OF_UNITS
from feedback.rules.workflow import State
from tests.city import by, unit
from tests.feedback.test_actions import brought_to, opened

pytestmark = pytest.mark.django_db
REPORT = {"body": "Ổ gà lớn trước số 12 Lê Lợi", "category": "trat-tu-lan-chiem", "channel": "app", "area": "760",
          "address": "12 Lê Lợi", "reporter": {"name": "Nguyễn Văn An", "phone": "0901 234 567"}}


def codes(answer) -> list[str]:
    assert answer.status_code == 200, answer.content
    return [row["code"] for row in answer.json()["results"]]


def walked(caller, path, query) -> list[str]:
    """Every code of all pages."""
    found = []
    answer = caller.get(path, query)
    while True:
        found += codes(answer)
        if not (address := answer.json()["next"]):
            return found
        parts = urlsplit(address)
        answer = caller.http.get(f"{parts.path}?{parts.query}", headers=caller._with({}))


def test_a_whole_life_asks_the_database_little(callers):
    """Opened, accepted, resolved and found again; each statement is a third of a millisecond of a busy process."""

    def live():
        code = callers.city.post("tickets/", REPORT).json()["code"]
        for verb, given in (("accept", {}), ("resolve", {"reply": "Đã xử lý xong."})):
            assert callers.q1.post(f"tickets/{code}/moves/{verb}/", given).status_code == 200
        assert codes(callers.city.get("tickets/", {"q": code})) == [code]

    live()  # what a process knows is read
    with CaptureQueriesContext(connection) as asked:
        live()
    assert len([query for query in asked.captured_queries if "SAVEPOINT" not in query["sql"]]) <= 27


# --- reading -----------------------------------------------------------------------------------------------------


def test_a_client_reads_what_lies_in_its_unit(callers):
    mine, other = opened(), opened(area="778", lat=None, lon=None)
    assert codes(callers.q1.get("tickets/")) == [mine.code]
    assert set(codes(callers.city.get("tickets/"))) == {mine.code, other.code}
    assert callers.q1.get(f"tickets/{other.code}/").status_code == 404
    told = callers.q1.get(f"tickets/{mine.code}/").json()
    assert (told["unit"], told["area"], told["state"], told["body"]) == ("760", "760", "forwarded", mine.body)
    assert told["promises"][0]["verdict"] == "running" and told["occurred_at"].endswith("Z")


def test_who_works_on_it_besides_is_named_and_reads_it_too(callers):
    ticket = opened()
    assert callers.q1.get(f"tickets/{ticket.code}/").json()["coordinating"] == []
    ticket.coordinating.set([unit("778"), unit("769")])
    assert callers.q3.get(f"tickets/{ticket.code}/").json()["coordinating"] == ["769", "778"]


def test_pages_of_a_list_hold_every_row_once(callers):
    wanted = {opened(at=timezone.now() - timedelta(hours=n)).code for n in range(7)}
    for sort in ("", "received", "-due"):
        rows = walked(callers.city, "tickets/", {"limit": 3} | ({"sort": sort} if sort else {}))
        assert len(rows) == 7 and set(rows) == wanted


def test_a_list_is_narrowed_by_the_filters_of_the_pages(callers):
    opened(at=timezone.now() - timedelta(days=40))
    late = opened(at=timezone.now() - timedelta(days=41), area="778", lat=None, lon=None)
    done = brought_to(State.RESOLVED)
    for query, expected in (
        ({"unit": "778"}, {late.code}), ({"area": "778", "late": "overdue"}, {late.code}),
        ({"is_open": "false"}, {done.code}), ({"state": "resolved", "category": done.category.code}, {done.code}),
        ({"received_to": (timezone.localdate() - timedelta(days=41)).isoformat()}, {late.code}),
        ({"q": done.code}, {done.code}),
    ):
        assert set(codes(callers.city.get("tickets/", query))) == expected, query


@pytest.mark.parametrize("query", [
    {"limit": "0"}, {"limit": "201"}, {"limit": "x"}, {"cursor": "zzz"}, {"sort": "body"}, {"is_open": "maybe"},
    {"unit": "none"}, {"category": "none"}, {"received_from": "yesterday"}, {"nonsense": "1"}, {"state": "burnt"},
    {"is_open": "true", "state": "new"}, {"urgency": "\x00"},
])
def test_a_parameter_that_is_wrong_is_named(callers, query):
    answer = callers.q1.get("tickets/", query)
    assert answer.status_code == 400 and answer["Content-Type"] == "application/problem+json"
    told = answer.json()
    assert told["code"] == "bad_parameter" and {e["parameter"] for e in told["errors"]} <= set(query), told


def test_what_is_known_already_is_not_sent_again(callers):
    ticket = opened()
    answer = callers.q1.get(f"tickets/{ticket.code}/")
    tag = answer["ETag"]
    assert tag == f'"{ticket.version}"'
    for given in (tag, f"W/{tag}", f'"99", {tag}'):
        again = callers.q1.get(f"tickets/{ticket.code}/", If_None_Match=given)
        assert again.status_code == 304 and not again.content
    actions.accept(actor=by(), ticket_id=ticket.pk)
    assert callers.q1.get(f"tickets/{ticket.code}/", If_None_Match=tag).status_code == 200


def test_the_history_is_read_without_phone_numbers(callers):
    ticket = opened()
    actions.note(actor=by(), ticket_id=ticket.pk, note="Gọi 0907 654 321 hỏi thêm")
    told = callers.q1.get(f"tickets/{ticket.code}/events/").json()["results"]
    assert [event["verb"] for event in told] == ["open", "forward", "note"] and "654" not in json.dumps(told)
    assert told[-1]["words"].startswith("Gọi") and not told[-1]["is_public"]


def test_contact_data_needs_its_scope_and_a_reason_and_is_logged(callers):
    ticket = opened(reporter={"name": "Nguyễn Văn An", "phone": "+84901234567"})
    path = f"tickets/{ticket.code}/contacts/"
    assert callers.reader.post(path, {"reason": "verify"}).status_code == 403
    assert callers.q1.post(path, {"reason": "curious"}).status_code == 422
    assert callers.q1.post(path, {"reason": "verify"}).json()["results"][0]["phone"] == "+84901234567"
    seen = Reading.objects.get()
    assert (seen.actor_kind, seen.actor_ref) == ("client", str(callers.q1.client.pk))


# --- recording ---------------------------------------------------------------------------------------------------


def test_a_report_is_recorded_routed_and_promised(callers):
    answer = callers.city.post("tickets/", REPORT | {"source_id": "app-1"})
    assert answer.status_code == 201, answer.content
    told = answer.json()
    assert answer["Location"].endswith(f"/api/v1/tickets/{told['code']}/") and answer["ETag"] == f'"{told["version"]}"'
    ticket = Ticket.objects.get(code=told["code"])
    assert (ticket.unit.code, ticket.channel.code, ticket.source_id) == ("760", "app", "app-1") and ticket.due_at
    assert Reporter.objects.get(ticket=ticket).phone == "+84901234567" and ticket.events.first().actor_kind == "client"
    again = callers.city.post("tickets/", REPORT | {"source_id": "app-1"})
    assert (again.status_code, again.json()["code"]) == (409, "known_source_id")


@pytest.mark.parametrize(("changes", "pointer"), [
    ({"body": ""}, "/body"), ({"body": 5}, "/body"), ({"category": "none"}, "/category"), ({"lat": "x"}, "/lat"),
    ({"reporter": {"phone": "12"}}, "/phone"), ({"reporter": []}, "/reporter"), ({"area": "none"}, "/area"),
    ({"occurred_at": "2026-11-23"}, "/occurred_at"), ({"occurred_at": "2099-01-01T00:00:00Z"}, "/occurred_at"),
    ({"nonsense": 1}, "/nonsense"), ({"reporter": {"age": 5}}, "/reporter/age"), ({"source_id": ""}, "/source_id"),
    ({"unit": "778"}, "/unit_reason"), ({"lat": 1e400}, ""), ({"hides_name": "yes"}, "/hides_name"),
])
def test_a_field_that_is_wrong_is_pointed_at(callers, changes, pointer):
    answer = callers.city.post("tickets/", REPORT | changes)
    assert answer.status_code in (400, 422), answer.content
    if pointer:
        assert pointer in {error["pointer"] for error in answer.json()["errors"]}, answer.json()
    assert not Ticket.objects.exists()


def test_a_units_own_system_records_in_its_area_alone(callers):
    mine = {name: REPORT[name] for name in ("body", "category", "area", "address")}
    answer = callers.q1.post("tickets/", mine)
    assert answer.status_code == 201 and answer.json()["channel"] == "direct", answer.content
    assert callers.q1.post("tickets/", mine | {"area": "778"}).status_code == 422
    assert callers.reader.post("tickets/", mine).status_code == 403


def test_a_request_sent_again_does_nothing_twice(callers):
    first, second = (callers.city.post("tickets/", REPORT, Idempotency_Key="k1") for _ in range(2))
    assert (first.status_code, second.status_code) == (201, 201) and first.json()["code"] == second.json()["code"]
    other = callers.city.post("tickets/", REPORT | {"body": "Khác"}, Idempotency_Key="k1")
    assert (other.status_code, other.json()["code"]) == (409, "key_reused")
    assert callers.q1.post("tickets/", {"body": "Của tôi", "category": "trat-tu-lan-chiem", "area": "760"},
                           Idempotency_Key="k1").status_code == 201
    assert Ticket.objects.count() == 2
    assert callers.city.post("tickets/", REPORT, Idempotency_Key="x" * 256).status_code == 400


# --- moving ------------------------------------------------------------------------------------------------------


def test_a_ticket_goes_through_its_whole_life(callers):
    opened_now = callers.city.post("tickets/", REPORT).json()
    code = opened_now["code"]
    assert opened_now == callers.city.get(f"tickets/{code}/").json()
    for verb, body, state in (("accept", {}, "accepted"), ("start", {}, "in_progress"),
                              ("ask_citizen", {"reply": "Ổ gà ở làn nào?"}, "waiting"),
                              ("resume", {"note": "Làn trong"}, "in_progress"),
                              ("resolve", {"reply": "Đã vá xong."}, "resolved")):
        answer = callers.q1.post(f"tickets/{code}/moves/{verb}/", body)
        assert answer.status_code == 200 and answer.json()["state"] == state, answer.content
        read = callers.q1.get(f"tickets/{code}/")
        assert (answer.json(), answer["ETag"]) == (read.json(), read["ETag"])
    assert callers.city.post(f"tickets/{code}/moves/close/").json()["state"] == "closed"
    assert callers.city.post(f"tickets/{code}/moves/rate/", {"score": 5}).json()["score"] == 5


def test_what_is_handed_on_is_gone_for_the_giver(callers):
    ticket = opened(area="760", lat=None, lon=None)
    Ticket.objects.filter(pk=ticket.pk).update(area=None)
    answer = callers.q1.post(f"tickets/{ticket.code}/moves/transfer/", {"unit": "778", "note": "Không thuộc Quận 1"})
    assert answer.json() == {"code": ticket.code, "version": ticket.version + 1, "left": True}
    assert callers.q3.get(f"tickets/{ticket.code}/").json()["unit"] == "778"


def test_a_version_that_is_old_is_refused_and_what_changed_is_told(callers):
    ticket = opened()
    actions.accept(actor=by(), ticket_id=ticket.pk)
    path = f"tickets/{ticket.code}/moves/resolve/"
    for given in (f'"{ticket.version}"', f'W/"{ticket.version}"'):
        answer = callers.q1.post(path, {"reply": "Xong"}, If_Match=given)
        assert (answer.status_code, answer.json()["code"]) == (412, "stale")
        assert [event["verb"] for event in answer.json()["events"]] == ["accept"]
    assert callers.q1.post(path, {"reply": "Xong"}, If_Match="what").status_code == 412
    assert callers.q1.post(path, {"reply": "Xong"}, If_Match=f'"{ticket.version + 1}"').status_code == 200


def test_a_move_sent_again_does_nothing_twice(callers):
    ticket = opened()
    path = f"tickets/{ticket.code}/moves/transfer/"
    body = {"unit": "778", "note": "Sai địa bàn"}
    answers = [callers.q1.post(path, body, Idempotency_Key="m1") for _ in range(2)]
    assert [answer.status_code for answer in answers] == [200, 200]
    assert ticket.events.filter(verb="transfer").count() == 1


@pytest.mark.parametrize(("verb", "body", "status", "code"), [
    ("resolve", {}, 422, "invalid"), ("resolve", {"reply": 5}, 422, "invalid"), ("close", {}, 409, "illegal_move"),
    ("burn", {}, 404, "not_found"), ("transfer", {"unit": "none", "note": "x"}, 422, "invalid"),
    ("extend", {}, 403, "insufficient_scope"), ("withdraw", {"promise": 1, "note": "x"}, 403, "insufficient_scope"),
    ("assign", {"assignee": "nobody"}, 422, "invalid"), ("stop_waiting", {}, 403, "insufficient_scope"),
])
def test_what_may_not_be_is_said(callers, verb, body, status, code):
    ticket, caller = opened(), callers.q1 if verb in OF_UNITS else callers.city
    answer = caller.post(f"tickets/{ticket.code}/moves/{verb}/", body)
    assert (answer.status_code, answer.json()["code"]) == (status, code), answer.json()
    ticket.refresh_from_db()
    assert ticket.version == 2


@pytest.mark.parametrize(("verb", "body"), [
    ("rate", {"score": 5}), ("reject", {"reply": "x"}), ("edit", {"urgency": "normal"}), ("merge", {"target": "x"}),
    ("reopen", {"asked_by": "hotline", "note": "x"}), ("refuse_reopening", {"note": "x"}), ("unmerge", {"note": "x"}),
])
def test_a_units_own_system_judges_nothing_of_its_unit(callers, verb, body):
    """Whatever scopes it holds: stars, rejections, corrections and merges of its own tickets would better it."""
    ticket, row = brought_to(State.RESOLVED), callers.q1.client
    assert callers.q1.post(f"tickets/{ticket.code}/moves/{verb}/", body).json()["code"] == "insufficient_scope"
    for kept in (row, row.tokens.get()):
        type(kept).objects.filter(pk=kept.pk).update(scopes=f"{row.scopes} tickets:dispatch")
    answer = callers.q1.post(f"tickets/{ticket.code}/moves/{verb}/", body)
    assert answer.status_code == 403 and answer.json()["code"] == "permission_denied"
    assert callers.city.post(f"tickets/{ticket.code}/moves/{verb}/", body).status_code != 403


@pytest.mark.parametrize("verb", sorted(OF_UNITS))
def test_a_system_of_the_whole_city_answers_for_no_unit(callers, verb):
    """It may record and forward what it likes, as the hotline; what it then accepted and answered nobody would mark."""
    code = callers.city.post("tickets/", REPORT).json()["code"]
    answer = callers.city.post(f"tickets/{code}/moves/{verb}/", {"reply": "x", "note": "x", "unit": "778"})
    assert (answer.status_code, answer.json()["code"]) == (403, "permission_denied")


def test_a_correction_that_changes_the_date_is_made_by_the_hotlines_system(callers):
    ticket = opened()
    answer = callers.city.post(f"tickets/{ticket.code}/moves/edit/", {"urgency": "urgent"})
    assert answer.status_code == 200 and answer.json()["urgency"] == "urgent", answer.content


@pytest.mark.parametrize("verb", sorted(actions.VERBS))
def test_a_move_out_of_its_state_is_told_whatever_it_is(callers, verb):
    """Nothing given and everything wrong: refused in words, never a fault of ours."""
    for state in (State.RESOLVED, State.FORWARDED, State.WAITING):
        ticket = brought_to(state)
        answer = callers.city.post(f"tickets/{ticket.code}/moves/{verb}/", {})
        assert answer.status_code in (200, 403, 409, 422), (state, answer.content)


def test_a_correction_names_only_what_it_changes(callers):
    ticket = opened()
    answer = callers.city.post(f"tickets/{ticket.code}/moves/edit/", {"address": "14 Lê Lợi"})
    assert answer.status_code == 200, answer.content
    assert answer.json()["address"] == "14 Lê Lợi" and answer.json()["category"] == ticket.category.code


# --- everything else ---------------------------------------------------------------------------------------------


def test_the_catalogue_and_the_units_are_read_by_everybody_with_a_token(callers):
    assert {"trat-tu-lan-chiem"} < {row["code"] for row in callers.figures.get("categories/").json()["results"]}
    assert "phone" in {row["code"] for row in callers.figures.get("channels/").json()["results"]}
    units = {row["code"]: row for row in callers.figures.get("units/").json()["results"]}
    assert units["760"]["is_area"] and units["760"]["name_vi"] == unit("760").name_vi
    assert callers.figures.get("units/", {"on": "x"}).status_code == 400
    assert callers.figures.get("tickets/").status_code == 403


@pytest.mark.parametrize(("method", "path", "status"), [
    ("get", "", 404), ("get", "nothing/", 404), ("put", "tickets/", 405), ("delete", "units/", 405),
    ("get", "tickets/%00/", 404), ("get", "tickets/" + "x" * 3000 + "/", 404),
])
def test_every_error_is_a_problem(callers, method, path, status):
    answer = getattr(callers.q1.http, method)(f"/api/v1/{path}", headers=callers.q1._with({}))
    assert answer.status_code == status and answer["Content-Type"] == "application/problem+json"
    assert answer.json()["status"] == status and answer["X-Request-ID"] == answer.json()["request_id"]


@pytest.mark.parametrize(("body", "kind", "status"), [
    ("{", "application/json", 400), ("[" * 100_000, "application/json", 400), ("a=1", "text/plain", 415),
    (b"\xff\xfe", "application/json", 400), ("[]", "application/json", 422), ('{"body": NaN}', "application/json", 400),
])
def test_a_body_that_cannot_be_read_is_a_problem(callers, body, kind, status):
    answer = callers.city.http.post("/api/v1/tickets/", body, kind, headers=callers.city._with({}))
    assert answer.status_code == status and answer["Content-Type"] == "application/problem+json", answer.content


def test_a_caller_who_asks_too_much_waits(callers, settings):
    settings.API_REQUESTS_PER_MINUTE = 3
    answers = [callers.reader.get("channels/") for _ in range(8)]
    refused = [answer for answer in answers if answer.status_code == 429]
    assert refused and int(refused[-1]["Retry-After"]) <= 60 and refused[-1].json()["code"] == "throttled"
    assert answers[0]["RateLimit-Limit"] == "3"
    assert callers.figures.get("channels/").status_code == 200


def test_a_stranger_is_nobody_new_by_a_header(callers, settings):
    settings.API_REQUESTS_PER_MINUTE = 3
    answers = [Browser().get("/open311/v2/services.json", headers={"X-Forwarded-For": f"10.0.0.{n}"})
               for n in range(9)]
    assert {answer.status_code for answer in answers} == {200, 429}  # a new minute may have begun meanwhile


def test_people_use_their_session(cast, callers):
    ticket = opened()
    browser = Browser(enforce_csrf_checks=True)
    browser.force_login(cast.lan)
    assert codes(browser.get("/api/v1/tickets/")) == [ticket.code]
    answer = browser.post(f"/api/v1/tickets/{ticket.code}/moves/accept/", "{}", "application/json")
    assert answer.status_code == 403  # no CSRF token
    browser.force_login(cast.quan)
    assert browser.get("/api/v1/tickets/").status_code == 403


def test_messages_are_in_the_callers_language(callers):
    answer = callers.q1.get("tickets/", {"limit": "x"}, Accept_Language="en")
    assert "From 1 to 200" in json.dumps(answer.json()["errors"])
