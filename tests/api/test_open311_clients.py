"""Open311 as clients that others wrote speak it, against the running site."""

import itertools
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
import requests
from django.conf import settings
from django.db import connection
from django.utils import timezone
from georeport import GeoReport

from feedback import actions
from feedback.models import Ticket
from tests import processes
from tests.city import by
from tests.feedback.test_actions import opened

pytestmark = [pytest.mark.processes, pytest.mark.django_db(transaction=True)]
CODE = "trat-tu-lan-chiem"


@pytest.fixture
def endpoint(town, tmp_path):
    database = connection.settings_dict["NAME"]
    settings.EMBEDDED.start(database)
    with processes.site(database, tmp_path, services=("web1",)) as site:
        yield f"{site.address}/open311/v2"


@pytest.fixture
def three(monkeypatch):
    """The library of Code for America, written for Python 2: its one missing name is given to it."""
    monkeypatch.setattr(itertools, "ifilter", filter, raising=False)
    import three

    return three.Three


@pytest.mark.parametrize("form", ["json", "xml"])
def test_georeport_reads_services_and_requests(endpoint, form):
    now = timezone.now()
    done, fresh = opened(at=now - timedelta(days=5)), opened()
    actions.resolve(actor=by(), ticket_id=done.pk, reply="Đã giải tỏa.")
    city = GeoReport(endpoint, jurisdiction="hochiminhcity.gov.vn", output_format=form)
    services = city.get_service_list()
    assert CODE in {row["service_code"] for row in services} and len(services) > 10
    assert city.get_service_definition(CODE)["service_code"] == CODE
    assert [row["service_request_id"] for row in city.get_service_requests()] == [fresh.code, done.code]
    one = city.get_service_request(done.code)
    assert (one["status"], one["status_notes"], one["service_code"]) == ("closed", "Đã giải tỏa.", CODE)
    both = city.get_service_requests(service_request_id=f"{fresh.code},{done.code}")
    assert {row["status"] for row in both} == {"open", "closed"}
    if form == "json":  # it cannot read a list of one or of none from XML
        found = city.get_service_requests(service_code=CODE, status="closed", start_date=(
            now - timedelta(days=6)).strftime("%Y-%m-%dT%H:%M:%SZ"), end_date=now.strftime("%Y-%m-%dT%H:%M:%SZ"))
        assert [row["service_request_id"] for row in found] == [done.code]
    with pytest.raises(requests.HTTPError, match="404"):
        city.get_service_request("none")


def test_three_posts_and_finds_its_report_again(endpoint, key, three):
    city = three(endpoint, api_key=key, jurisdiction="hcmc")
    assert city.discovery()["endpoints"][0]["url"] == endpoint
    assert CODE in {row["service_code"] for row in city.services()}
    assert city.services(CODE) == {"service_code": CODE, "attributes": []}
    (made,) = city.post(CODE, address="12 Lê Lợi, Quận 1", name="An Nguyễn", phone="0901 234 567",
                        description="Hàng quán lấn chiếm vỉa hè")
    code = made["service_request_id"]
    assert Ticket.objects.get().area.code == "760" and city.token(code)[0]["service_request_id"] == code
    assert city.request(code)[0]["description"] == "Hàng quán lấn chiếm vỉa hè"
    assert [row["service_request_id"] for row in city.requests(CODE, status="open", count=5)] == [code]
    today = timezone.now()
    days = [(today + timedelta(days=n)).strftime("%m-%d-%Y") for n in (-3, 1)]
    assert len(city.requests(between=days)) == 1 and city.requests(start=days[0], end=days[0]) == []
    assert three(endpoint, api_key="wrong").post(CODE, address="Quận 1")[0]["code"] == 403


def test_one_report_sent_many_times_at_once_is_one_ticket(endpoint, key):
    body = {"api_key": key, "service_code": CODE, "lat": 10.7743, "long": 106.7010, "description": "Một lần thôi"}

    def send(_number):
        return requests.post(f"{endpoint}/requests.json", body, timeout=60).json()[0]["service_request_id"]

    with ThreadPoolExecutor(8) as threads:
        assert len(set(threads.map(send, range(16)))) == 1
    assert Ticket.objects.count() == 1
