"""Reports sent by Open311: keys, places, what is wrong, and the same one sent again."""

import json
from datetime import UTC, datetime, timedelta
from random import Random
from xml.etree import ElementTree

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client as Browser
from django.utils import timezone

from accounts import clients
from accounts.models import Client, ClientToken
from districts import geo
from districts.models import Unit
from feedback.models import Category, Reporter, Ticket
from feedback.open311.posting import area_named_in
from tests.api.open311 import CODE, REPORT, get, post, refused
from tests.city import unit
from tests.test_no_500 import WORST

pytestmark = pytest.mark.django_db


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
    for value in WORST:
        for name in (*REPORT, "media_url", "api_key", "jurisdiction_id", "address_id", "attribute[x]"):
            assert post(key, **{name: value}).status_code in (201, 400, 403, 404), (name, value[:20])
        for name in ("service_request_id", "service_code", "start_date", "end_date", "updated_after", "status", "page",
                     "page_size", "jurisdiction_id", "api_key"):
            assert get("requests.xml", {name: value}).status_code in (200, 400, 403, 404), (name, value[:20])
