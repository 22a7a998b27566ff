"""Open311 GeoReport v2: services and public requests by every rule of the standard; JSON and XML say the same."""

import json
from datetime import UTC, datetime, timedelta
from xml.etree import ElementTree

import pytest
from django.contrib.admin.models import CHANGE, LogEntry
from django.test import Client as Browser
from django.utils import timezone

from feedback import actions
from feedback.models import Category
from feedback.open311 import asked
from feedback.open311.formats import ITEMS
from feedback.rules.workflow import State
from hcmc_ioc.lib import caching
from tests.api.open311 import CODE, REPORT, codes, get, post, refused
from tests.city import by, unit
from tests.feedback.test_actions import brought_to, opened

pytestmark = pytest.mark.django_db


def plain(element):
    """An element as lists, dicts and text: the Spark convention backwards."""
    if element.tag in ITEMS:
        assert {child.tag for child in element} <= {ITEMS[element.tag]}
        return [plain(child) for child in element]
    return {child.tag: plain(child) for child in element} if len(element) else element.text


def as_text(value):
    if isinstance(value, dict):
        return {name: as_text(inner) for name, inner in value.items()}
    if isinstance(value, list):
        return [as_text(inner) for inner in value]
    return {True: "true", False: "false"}[value] if isinstance(value, bool) else None if value is None else str(value)


# --- both formats ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("path", "root"), [
    ("discovery", "discovery"), ("services", "services"), (f"services/{CODE}", "service_definition"),
    ("requests", "service_requests"), ("requests/{code}", "service_requests"), ("tokens/{code}", "service_requests"),
    ("requests/none", "errors"), ("services/none", "errors"), ("requests?page=x&status=x", "errors"),
])
def test_xml_and_json_say_the_same(town, path, root):
    ticket = opened(body="Rác < đống > & \"hôi\" \x07")
    brought_to(State.RESOLVED)
    name, mark, query = path.format(code=ticket.code).partition("?")
    in_json, in_xml = get(f"{name}.json{mark}{query}"), get(f"{name}.xml{mark}{query}")
    assert in_json.status_code == in_xml.status_code
    assert in_json["Content-Type"] == "application/json; charset=utf-8"
    assert in_xml["Content-Type"] == "text/xml; charset=utf-8"
    assert in_xml.content.startswith(b'<?xml version="1.0" encoding="utf-8"?>')
    document = ElementTree.fromstring(in_xml.content)
    assert document.tag == root
    told = as_text(in_json.json())
    if told and isinstance(told, dict) and "attributes" in told:
        assert told.pop("attributes") == [] and document.find("attributes") is not None
        document.remove(document.find("attributes"))
    if isinstance(told, list):
        told = json.loads(json.dumps(told).replace("\\u0007", ""))
    assert plain(document) == told


def test_the_ending_alone_chooses_the_format(town):
    assert get("services.json", Accept="text/html")["Content-Type"].startswith("application/json")
    assert get("services.xml", Accept="application/json")["Content-Type"].startswith("text/xml")
    assert get("services.csv").status_code == 404 and get("services").status_code == 404 and get("").status_code == 404


def test_a_cookie_is_no_door_and_none_is_set(cast, key):
    browser = Browser()
    browser.force_login(cast.tu)
    assert browser.post("/open311/v2/requests.json", REPORT).status_code == 403
    assert not get("requests.json").cookies and not post(key).cookies


# --- discovery and services --------------------------------------------------------------------------------------


def test_the_endpoint_is_discovered(town):
    told = Browser().get("/open311/discovery.json").json()
    endpoint = told["endpoints"][0]
    assert endpoint["url"] == "http://testserver/open311/v2" and endpoint["type"] == "test"  # an invented city
    assert endpoint["specification"] == "http://wiki.open311.org/GeoReport_v2"
    assert endpoint["formats"] == ["text/xml", "application/json"]
    assert told["contact"] and told["key_service"] and told["changeset"] == endpoint["changeset"]
    assert datetime.fromisoformat(told["changeset"]) <= timezone.now()


def test_the_changeset_follows_the_catalogue(cast, client):
    before = get("discovery.json").json()["changeset"]
    row = Category.objects.get(code=CODE)
    LogEntry.objects.log_actions(cast.quan.pk, [row], CHANGE, "name")
    assert get("discovery.json").json()["changeset"] > before


def test_services_are_the_kinds_of_problem_in_use(town):
    told = {row["service_code"]: row for row in get("services.json").json()}
    row = Category.objects.get(code=CODE)
    assert told[CODE] == {
        "service_code": CODE, "service_name": row.name_vi, "description": f"{row.parent.name_vi} · {row.name_vi}",
        "metadata": False, "type": "realtime", "keywords": row.keywords, "group": row.parent.name_vi,
    }
    assert row.parent.code not in told and len(told) == Category.objects.filter(parent__isnull=False).count()
    assert get("services.json", Accept_Language="en").json()[0]["group"] != get("services.json").json()[0]["group"]


def test_what_is_out_of_use_is_no_service(town):
    Category.objects.filter(code=CODE).update(is_active=False)
    caching.clear_all()
    assert CODE not in {row["service_code"] for row in get("services.json").json()}
    refused(get(f"services/{CODE}.json"), 404)
    ticket = opened()
    assert codes({"service_code": CODE}) == [ticket.code]  # what was reported before is still found


# --- reading requests --------------------------------------------------------------------------------------------


def test_a_request_is_what_the_standard_names(town):
    at = datetime(2026, 11, 23, 2, 0, 7, tzinfo=UTC)
    ticket = opened(at=at)
    (told,) = get(f"requests/{ticket.code}.json").json()
    assert list(told) == [
        "service_request_id", "status", "status_notes", "service_name", "service_code", "description",
        "agency_responsible", "service_notice", "requested_datetime", "updated_datetime", "expected_datetime",
        "address", "address_id", "zipcode", "lat", "long", "media_url",
    ]
    assert (told["status"], told["service_code"], told["description"]) == ("open", CODE, ticket.body)
    assert (told["requested_datetime"], told["agency_responsible"]) == ("2026-11-23T02:00:07Z", unit("760").name_vi)
    assert told["expected_datetime"] == ticket.due_at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    assert told["status_notes"] == "Phản ánh đã được chuyển đến đơn vị có thẩm quyền."
    assert told["service_notice"].startswith("Hạn trả lời: ")
    assert (told["lat"], told["long"]) == (10.774, 106.701)
    assert {told["address_id"], told["zipcode"], told["media_url"]} == {None}


def test_the_answer_is_told_and_what_is_closed_was_updated_when_it_closed(town):
    ticket, at = opened(at=timezone.now() - timedelta(days=3)), timezone.now() - timedelta(days=1)
    actions.resolve(actor=by(), ticket_id=ticket.pk, reply="Đã vá xong, hỏi 0907 654 321.", at=at)
    actions.close(actor=by(), ticket_id=ticket.pk)
    actions.note(actor=by(), ticket_id=ticket.pk, note="Nội bộ")
    (told,) = get(f"requests/{ticket.code}.json").json()
    assert (told["status"], told["status_notes"]) == ("closed", "Đã vá xong, hỏi •••.")
    assert told["updated_datetime"] == at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    actions.reopen(actor=by(), ticket_id=ticket.pk, asked_by="citizen", note="Chưa xong")
    (told,) = get(f"requests/{ticket.code}.json").json()
    assert (told["status"], told["status_notes"]) == ("open", "Phản ánh được mở lại để xử lý tiếp.")


@pytest.mark.parametrize("state", State)
def test_every_state_is_open_or_closed(town, state):
    ticket = brought_to(state)
    (told,) = get(f"requests/{ticket.code}.json").json()
    assert told["status"] == ("open" if ticket.is_open else "closed") and told["status_notes"]


def test_a_question_to_the_citizen_is_not_for_everybody(town):
    ticket = brought_to(State.ACCEPTED)
    actions.ask_citizen(actor=by(), ticket_id=ticket.pk, reply="Anh An ở nhà số mấy?")
    (told,) = get(f"requests/{ticket.code}.json").json()
    assert told["status_notes"] == "Đơn vị cần ông/bà bổ sung thông tin." and told["service_notice"] is None


def test_nothing_private_leaks(town):
    secret = {"name": "Bí Mật", "phone": "+84901234567", "email": "bi-mat@example.vn"}
    ticket = opened(reporter=secret, hides_name=True, body="Gọi 0901 234 567 hoặc 0901.234.567",
                    address="12 Lê Lợi 0901234567")
    part = opened(reporter=secret | {"name": "Người Gộp"})
    actions.merge(actor=by(), ticket_id=part.pk, target=ticket.pk)
    actions.note(actor=by(), ticket_id=ticket.pk, note="Ghi chú nội bộ")
    actions.join(actor=by(), ticket_id=ticket.pk, reporter={"name": "Người Cùng", "phone": "+84907654321"})
    hidden = opened(is_public=False)
    for ending in ("json", "xml"):
        text = get(f"requests.{ending}").content.decode()
        assert ticket.code in text and part.code in text and hidden.code not in text
        text = text.replace(part.code, "").replace(ticket.code, "")
        for word in ("Bí Mật", "Gộp", "Cùng", "bi-mat", "901", "234", "654", "nội bộ", "10.7743", "106.7010"):
            assert word not in text, word
    assert codes({"service_request_id": hidden.code}) == []
    refused(get(f"requests/{hidden.code}.json"), 404)
    refused(get(f"tokens/{hidden.code}.json"), 404)
    refused(get(f"requests/{'x' * 3000}.json"), 404)
    refused(get("requests/%00.json"), 404)


def test_a_list_is_narrowed_by_every_rule(town):
    now = timezone.now()
    fresh, older, ancient = (opened(at=now - timedelta(days=days)) for days in (1, 80, 200))
    done = brought_to(State.RESOLVED, category="ha-tang-mat-duong", at=now - timedelta(days=2))
    day = lambda days: (now - timedelta(days=days)).isoformat()  # noqa: E731
    for query, expected in (
        ({}, [fresh, done, older]),
        ({"status": "open"}, [fresh, older]), ({"status": "closed"}, [done]),
        ({"status": "open,closed"}, [fresh, done, older]), ({"status": " "}, [fresh, done, older]),
        ({"service_code": CODE}, [fresh, older]), ({"service_code": f"{CODE},ha-tang-mat-duong"}, [fresh, done, older]),
        ({"start_date": day(3)}, [fresh, done]), ({"end_date": day(3)}, [older]),
        ({"start_date": day(210)}, [ancient]), ({"end_date": day(150)}, [ancient]),
        ({"start_date": day(90), "end_date": day(79)}, [older]), ({"start_date": "", "page": ""}, [fresh, done, older]),
        ({"page_size": "2"}, [fresh, done]), ({"page_size": "2", "page": "2"}, [older]), ({"page": "9"}, []),
        ({"service_request_id": f"{ancient.code}, {fresh.code},none", "status": "closed", "page": "x"},
         [fresh, ancient]),
        ({"unknown": "x", "extensions": "true", "jurisdiction_id": "hcmc"}, [fresh, done, older]),
    ):
        assert codes(query) == [ticket.code for ticket in expected], query


def test_days_are_the_citys_and_a_blank_is_a_plus(town):
    here = timezone.get_default_timezone()
    late = opened(at=datetime(2026, 11, 20, 23, 59, 30, tzinfo=here))
    opened(at=datetime(2026, 11, 21, 0, 0, 1, tzinfo=here))
    assert codes({"start_date": "2026-11-20", "end_date": "2026-11-20"}) == [late.code]
    query = "requests.json?start_date=2026-11-20T00:00:00+07:00&end_date=2026-11-20T23:59:59+07:00"
    assert [row["service_request_id"] for row in get(query).json()] == [late.code]


def test_what_changed_is_found_again(town):
    now = timezone.now()
    ticket, quiet, done, part, refused_one = (opened(at=now - timedelta(days=100)) for _ in range(5))
    since = {"updated_after": now.isoformat()}
    assert codes(since) == []
    actions.note(actor=by(), ticket_id=quiet.pk, note="Nội bộ")
    assert codes(since) == []
    actions.accept(actor=by(), ticket_id=ticket.pk)
    actions.resolve(actor=by(), ticket_id=done.pk, reply="Xong")
    actions.merge(actor=by(), ticket_id=part.pk, target=quiet.pk)
    actions.reject(actor=by(), ticket_id=refused_one.pk, reply="Không thuộc phạm vi.")
    assert set(codes(since)) == {ticket.code, done.code, part.code, refused_one.code}
    assert set(codes(since | {"status": "closed"})) == {done.code, part.code, refused_one.code}
    assert codes(since | {"start_date": (now - timedelta(days=5)).isoformat()}) == []
    (told,) = get(f"requests/{ticket.code}.json").json()
    assert datetime.fromisoformat(told["updated_datetime"]) >= now.replace(microsecond=0)


@pytest.mark.parametrize("query", [
    {"page": "0"}, {"page": "x"}, {"page": "9" * 30}, {"page_size": "1001"}, {"page_size": "-1"}, {"page_size": "²"},
    {"status": "resolved"}, {"start_date": "yesterday"}, {"start_date": "2026-11-20T00:00:00"}, {"end_date": "\x00"},
    {"end_date": "0001-01-01"}, {"start_date": "9999-12-31T23:59:59Z"}, {"updated_after": "2020-01-01T00:00:00Z"},
    {"start_date": "2026-01-01T00:00:00Z", "end_date": "2026-04-01T00:00:01Z"},
    {"start_date": "2026-02-01T00:00:00Z", "end_date": "2026-01-01T00:00:00Z"},
    {"service_request_id": ",".join(map(str, range(1001)))},
])
def test_a_parameter_that_is_wrong_is_named(town, query):
    told = refused(get("requests.json", query), 400)
    assert any(name in told for name in query), told


def test_every_wrong_parameter_is_told(town):
    assert len(get("requests.json", {"page": "x", "status": "x", "end_date": "x"}).json()) == 3


@pytest.mark.parametrize(("path", "query", "status"), [
    ("requests.json", {"service_code": "none"}, 404), ("requests.json", {"service_code": "\x00"}, 404),
    ("services.json", {"jurisdiction_id": "boston.gov"}, 404), ("requests.json", {"api_key": "wrong"}, 403),
    ("tokens/none.json", {}, 404), ("services/none.json", {}, 404), ("nothing.json", {}, 404),
])
def test_errors_are_those_of_the_standard(town, path, query, status):
    if path == "nothing.json":
        assert get(path, query).status_code == status
    else:
        refused(get(path, query), status)


def test_other_ways_to_ask_are_refused_in_the_same_form(town):
    for method in ("put", "delete", "patch", "options"):
        refused(getattr(Browser(), method)("/open311/v2/requests.json"), 405)
    assert get("services.json", {"jurisdiction_id": "hochiminhcity.gov.vn"}).status_code == 200


def test_a_long_list_costs_no_more_statements_than_a_short_one(town, django_assert_num_queries):
    now = timezone.now()
    for minutes in range(12):
        opened(at=now - timedelta(minutes=minutes))
    get("services.json")  # the catalogue is kept
    with django_assert_num_queries(2):
        assert len(codes({"page_size": "1"})) == 1
    with django_assert_num_queries(2):
        assert len(codes()) == 12


def test_no_more_than_a_thousand_come_at_once(town, monkeypatch):
    monkeypatch.setattr(asked, "MOST", 2)
    now = timezone.now()
    tickets = [opened(at=now - timedelta(minutes=n)) for n in range(3)]
    assert codes() == [ticket.code for ticket in tickets[:2]] and codes({"page": "2"}) == [tickets[2].code]


def test_who_asks_too_much_waits(key, settings):
    settings.API_REQUESTS_PER_MINUTE = 3
    last = [answer for answer in (get("services.json") for _ in range(8)) if answer.status_code != 200][-1]
    assert refused(last, 429) and int(last["Retry-After"]) <= 60
    assert get("services.json", {"api_key": key}).status_code == 200  # a client is counted by itself
