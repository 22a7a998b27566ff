"""Open311 GeoReport v2: services, public requests by every rule of the standard, posting; JSON and XML say the same."""

import json
from datetime import UTC, datetime, timedelta
from random import Random
from urllib.parse import urlencode
from xml.etree import ElementTree

import pytest
from django.contrib.admin.models import CHANGE, LogEntry
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client as Browser
from django.utils import timezone

from accounts import clients
from accounts.models import Client, ClientToken
from districts import geo
from districts.models import Unit
from feedback import actions
from feedback.models import Category, Reporter, Ticket
from feedback.open311 import asked
from feedback.open311.formats import ITEMS
from feedback.open311.posting import area_named_in
from feedback.rules.workflow import State
from hcmc_ioc.lib import caching
from tests.city import by, unit
from tests.feedback.test_actions import brought_to, opened
from tests.test_no_500 import NASTY

pytestmark = pytest.mark.django_db
CODE = "trat-tu-lan-chiem"
REPORT = {
    "service_code": CODE, "lat": "10.7743", "long": "106.7010", "address_string": "12 Lê Lợi, Quận 1",
    "first_name": "An", "last_name": "Nguyễn Văn", "phone": "0901 234 567", "email": "an@example.vn",
    "description": "Ổ gà lớn trước số 12, gọi 0907 654 321", "device_id": "x", "account_id": "7",
}


@pytest.fixture
def key(town):
    """A key of a client of the city that may post."""
    client, _secret = clients.register(name="Ứng dụng", unit=Unit.objects.city(), scopes=["open311:write"])
    return clients.key(client)[0]


def get(path, query=None, **headers):
    return Browser().get(f"/open311/v2/{path}", query or {}, headers=headers)


def codes(query=None):
    answer = get("requests.json", query)
    assert answer.status_code == 200, answer.content
    return [row["service_request_id"] for row in answer.json()]


def post(key="", ending="json", **changes):
    body = {name: value for name, value in (REPORT | {"api_key": key} | changes).items() if value is not None}
    return Browser(enforce_csrf_checks=True).post(
        f"/open311/v2/requests.{ending}", urlencode(body), "application/x-www-form-urlencoded; charset=utf-8")


def refused(answer, status):
    assert answer.status_code == status, answer.content
    errors = answer.json()
    assert errors and all(set(error) == {"code", "description"} and error["code"] == status for error in errors)
    return " ".join(error["description"] for error in errors)


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


# --- posting -----------------------------------------------------------------------------------------------------


def test_a_report_becomes_a_ticket(key):
    answer = post(key)
    assert answer.status_code == 201, answer.content
    (told,) = answer.json()
    assert list(told) == ["service_request_id", "service_notice", "account_id"]
    ticket = Ticket.objects.get(code=told["service_request_id"])
    assert (ticket.unit.code, ticket.area.code, ticket.channel.code) == ("760", "760", "open311") and ticket.due_at
    assert (ticket.lat, ticket.lon, ticket.address) == (10.7743, 106.701, "12 Lê Lợi, Quận 1")
    reporter = Reporter.objects.get(ticket=ticket)
    assert (reporter.name, reporter.phone, reporter.email) == ("Nguyễn Văn An", "+84901234567", "an@example.vn")
    assert ticket.events.first().actor_kind == "client" and unit("760").name_vi in told["service_notice"]
    assert answer["Location"] == f"http://testserver/open311/v2/requests/{ticket.code}.json"
    (seen,) = get(f"requests/{ticket.code}.json").json()
    assert seen["description"] == "Ổ gà lớn trước số 12, gọi •••"
    (resolved,) = get(f"tokens/{ticket.code}.json").json()
    assert resolved == {"service_request_id": ticket.code, "token": ticket.code}


def test_a_report_is_answered_in_xml_too_and_may_be_multipart(key):
    root = ElementTree.fromstring(post(key, "xml").content)
    assert root.tag == "service_requests" and Ticket.objects.get(code=root.findtext("request/service_request_id"))
    answer = Browser().post(f"/open311/v2/requests.json?api_key={key}",
                            REPORT | {"description": "Khác", "media": SimpleUploadedFile("a.png", b"x")})
    assert answer.status_code == 201, answer.content


@pytest.mark.parametrize(("changes", "status", "name"), [
    ({"service_code": None}, 400, "service_code"), ({"service_code": "none"}, 404, "service_code"),
    ({"service_code": "trat-tu"}, 404, "service_code"), ({"jurisdiction_id": "boston.gov"}, 404, "jurisdiction_id"),
    ({"lat": None, "long": None, "address_string": None}, 400, "lat"), ({"long": ""}, 400, "address_string"),
    ({"lat": "x"}, 400, "address_string"), ({"lat": "21.0", "long": "105.8"}, 400, "address_string"),
    ({"lat": "nan"}, 400, "address_string"),
    ({"phone": "12"}, 400, "phone"), ({"email": "x"}, 400, "email"), ({"media_url": "javascript:x"}, 400, "media_url"),
    ({"description": "x" * 10_001}, 400, "description"), ({"last_name": "x" * 121}, 400, "last_name"),
    ({"address_string": "Gọi 0901 234 567"}, 400, "address_string"),
    ({"lat": None, "long": None, "address_string": None, "address_id": "5"}, 400, "address_string"),
])
def test_a_report_that_is_wrong_is_refused_at_its_field(key, changes, status, name):
    assert name in refused(post(key, **changes), status)
    assert not Ticket.objects.exists()


def test_a_key_is_needed_and_its_scope(callers, key):
    assert "api_key" in refused(post(), 403)
    assert "api_key" in refused(post("wrong"), 403)
    assert "open311:write" in refused(post(callers.reader.token), 403)
    assert post(callers.city.token).status_code == 201  # a token that lasts an hour does as well
    assert Browser().post("/open311/v2/requests.json", REPORT | {"description": "Qua tiêu đề"},
                          headers={"Authorization": f"Bearer {key}"}).status_code == 201


def test_the_scope_opens_no_other_door(callers, key):
    body = json.dumps({"body": "Ổ gà", "category": CODE, "channel": "app", "area": "760"})
    for address in ("/api/v1/tickets/", f"/api/v1/tickets/?api_key={key}"):
        answer = Browser().post(address, body, "application/json", headers={"Authorization": f"Bearer {key}"})
        assert answer.status_code == 403, answer.content
    assert Browser().get("/api/v1/tickets/", {"api_key": callers.city.token}).status_code == 401
    writer, _secret = clients.register(name="W", unit=Unit.objects.city(), scopes=["tickets:write"])
    refused(post(clients.key(writer)[0]), 403)


def test_a_key_lasts_as_long_as_its_client_a_year_at_most(town, key):
    row = ClientToken.objects.get()
    assert timedelta(days=364) < row.expires_at - timezone.now() <= timedelta(days=365)
    soon = timezone.now() + timedelta(days=5)
    client, _secret = clients.register(name="K", unit=Unit.objects.city(), scopes=["open311:write"], expires_at=soon)
    assert clients.key(client)[1].expires_at == soon


@pytest.mark.parametrize("end", ["revoke", "rotate", "expired"])
def test_a_key_ends_at_once(key, end):
    client = Client.objects.get()
    if end == "expired":
        ClientToken.objects.update(expires_at=timezone.now())
    else:
        getattr(clients, end)(client)
    refused(post(key), 403)
    refused(get("services.json", {"api_key": key}), 403)


@pytest.mark.parametrize(("address", "area"), [
    ("12 Lê Lợi, Quận 1", "760"), ("12 Lê Lợi, Phường Bến Nghé, Quận 1, TP. Hồ Chí Minh, Việt Nam", "760"),
    ("hẻm 45/3 nguyễn trãi q5", "774"), ("số 5 Võ Văn Tần, phường 6, quận 3", "770"), ("Chợ Bến Thành", "760"),
    ("12 Lê Lợi", None), ("Ở đâu đó", None), ("12", None), (", ,", None),
])
def test_the_area_is_found_where_the_address_can_mean_one_alone(town, address, area):
    assert area_named_in(address) == area


def test_a_former_district_is_no_area_of_the_new_map(town, settings):
    settings.MAP = "2025"
    ward = area_named_in("12 Lê Lợi, phường Sài Gòn")
    assert ward and area_named_in("Quận 1") is None
    for address in ("Quận 1, phường Sài Gòn", "Đường không tên, phường Sài Gòn, Quận 1, TP.HCM"):
        assert area_named_in(address) == ward, address


def test_a_point_near_a_border_is_taken_as_it_is(key):
    points = (geo.random_point("760", Random(seed)) for seed in range(1000))
    lat, lon = next(point for point in points if geo.locate(*point).near_border)
    assert post(key, lat=str(lat), long=str(lon)).status_code == 201
    assert Ticket.objects.get().near_border


def test_an_address_without_a_point_is_routed_or_has_no_place(key):
    for address, area in (("12 Lê Lợi, Quận 1", "760"), ("Gần nhà tôi", None)):
        answer = post(key, lat=None, long=None, address_string=address)
        assert answer.status_code == 201, answer.content
        ticket = Ticket.objects.get(code=answer.json()[0]["service_request_id"])
        assert (ticket.area and ticket.area.code, ticket.lat, ticket.address) == (area, None, address)
        notes = [event.text.words for event in ticket.events.filter(verb="note")]
        assert (notes == []) if area else ("không tìm thấy địa bàn" in notes[0]), notes


def test_words_are_optional_and_a_picture_is_kept_for_the_handlers(key):
    answer = post(key, description=None, phone=None, email=None, media_url="https://example.vn/a.jpg")
    ticket = Ticket.objects.get(code=answer.json()[0]["service_request_id"])
    assert ticket.body.endswith(Category.objects.get(code=CODE).name_vi)
    assert "https://example.vn/a.jpg" in ticket.events.get(verb="note").text.words
    assert "example.vn" not in get(f"requests/{ticket.code}.json").content.decode()


def test_the_same_words_within_a_minute_are_one_report(key, time_machine):
    start = datetime(2026, 11, 23, 2, 0, 55, tzinfo=UTC)
    found = []
    for seconds in (0, 30, 59, 65, 100):
        time_machine.move_to(start + timedelta(seconds=seconds), tick=False)
        found.append(post(key).json()[0]["service_request_id"])
    first, second = found[0], found[3]
    assert found == [first, first, first, second, second] and first != second
    assert post(key, description="Khác").json()[0]["service_request_id"] not in found
    other, _secret = clients.register(name="O", unit=Unit.objects.city(), scopes=["open311:write"])
    assert post(clients.key(other)[0]).json()[0]["service_request_id"] not in found


def test_a_units_own_client_reports_in_its_area_alone(town):
    q1, _secret = clients.register(name="Q1", unit=unit("760"), scopes=["open311:write"])
    key = clients.key(q1)[0]
    assert post(key).status_code == 201 and Ticket.objects.get().channel.code == "direct"
    refused(post(key, lat=None, long=None, address_string="Quận 7"), 400)
    refused(post(key, lat=None, long=None, address_string="Gần nhà tôi"), 400)
    assert Ticket.objects.count() == 1


def test_what_is_no_form_is_refused(key):
    for body, kind in (("{}", "application/json"), ("x" * 3_000_000, "application/x-www-form-urlencoded"),
                       ("x", "multipart/form-data"), (b"\xff=\xfe", "application/x-www-form-urlencoded")):
        answer = Browser().post(f"/open311/v2/requests.json?api_key={key}", body, kind)
        refused(answer, 400)
    many = "&".join(f"a{n}=1" for n in range(1001))
    refused(Browser().post(f"/open311/v2/requests.json?api_key={key}", many, "application/x-www-form-urlencoded"), 400)


def test_whatever_is_sent_is_answered_or_refused(key):
    for value in NASTY:
        for name in (*REPORT, "media_url", "api_key", "jurisdiction_id", "address_id", "attribute[x]"):
            assert post(key, **{name: value}).status_code in (201, 400, 403, 404), (name, value[:20])
        for name in ("service_request_id", "service_code", "start_date", "end_date", "updated_after", "status", "page",
                     "page_size", "jurisdiction_id", "api_key"):
            assert get("requests.xml", {name: value}).status_code in (200, 400, 403, 404), (name, value[:20])
