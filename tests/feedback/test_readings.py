"""One log of who read what citizens said or who they are: each look, file and answer of the API, once."""

from datetime import timedelta

import pytest
from django.contrib import admin
from django.db.models import ProtectedError
from django.urls import reverse
from django.utils import timezone

from accounts import clients
from feedback import readings
from feedback.models import Reading
from feedback.tasks import forget_journal
from tests.city import unit
from tests.feedback.pages import read, signed_in
from tests.feedback.test_actions import opened

pytestmark = pytest.mark.django_db
OFFICE = "203.0.113.9"
LOG = "/quan-tri/du-lieu/"


@pytest.fixture
def ticket(cast):
    return opened(reporter={"name": "Nguyễn An", "phone": "+84900000001"})


def token(scopes="tickets:read contacts:read"):
    client, _secret = clients.register(name="Quận 1 số", unit=unit("760"), scopes=scopes.split())
    return client, {"authorization": f"Bearer {clients.grant(client)[0]}"}


def looked_at(ticket, client):
    client.post(reverse("ticket_contact", args=[ticket.code]), {"reason": "ask"}, REMOTE_ADDR=OFFICE)


def last():
    row = Reading.objects.latest("pk")
    return row.kind, row.actor_kind, row.user and row.user.username, row.asked, row.rows, row.address


def test_a_look_at_contact_data_says_who_why_and_from_where(cast, client, ticket):
    looked_at(ticket, signed_in(client, cast.lan))
    row = Reading.objects.get()
    assert (row.kind, row.user, row.ticket, row.reason, row.address) == ("contact", cast.lan, ticket, "ask", OFFICE)


def test_a_file_says_what_it_was_narrowed_by(cast, client, ticket):
    signed_in(client, cast.ha)
    for form in ("csv", "xlsx"):
        answer = client.get(f"/phan-anh/tep/{form}/", {"state": "open", "q": "vỉa hè"}, REMOTE_ADDR=OFFICE)
        assert answer.status_code == 200
        kind, _kind, who, asked, _rows, address = last()
        assert (kind, who, address) == ("file", "ha", OFFICE)
        assert asked.startswith(f"Danh sách phản ánh ({form.upper()}) · ") and "vỉa hè" in asked
    client.get(reverse("overview"), {"tep": "xlsx"})
    assert last()[3].startswith("Số liệu (XLSX): ")
    assert Reading.objects.count() == 3


def test_an_answer_of_the_api_costs_one_row_and_an_empty_one_none(cast, client, ticket):
    caller, key = token()
    for _n in range(3):
        opened()
    address = "/api/v1/tickets/?state=open&limit=2"
    client.get(address, headers=key)  # catalogue and rights are remembered
    before = Reading.objects.count()
    assert len(client.get(address, headers=key, REMOTE_ADDR=OFFICE).json()["results"]) == 2
    assert Reading.objects.count() == before + 1
    assert last() == ("api", "client", None, address, 2, OFFICE)
    assert Reading.objects.latest("pk").actor_ref == str(caller.pk)
    one = client.get(f"/api/v1/tickets/{ticket.code}/", headers=key)
    client.get(f"/api/v1/tickets/{ticket.code}/events/", headers=key)
    signed_in(client, cast.ha).get("/api/v1/tickets/")
    assert last()[1:3] == ("user", "ha") and Reading.objects.count() == before + 4
    client.logout()
    silent = [
        client.get(f"/api/v1/tickets/{ticket.code}/", headers=key | {"if-none-match": one["ETag"]}),
        client.get("/api/v1/tickets/?state=rejected", headers=key), client.get("/api/v1/changes/", headers=key),
        client.get("/api/v1/tickets/PHA0/", headers=key), client.get("/api/v1/categories/", headers=key),
        client.get("/api/v1/tickets/"),
    ]
    assert [answer.status_code for answer in silent] == [304, 200, 200, 404, 200, 401]
    assert Reading.objects.count() == before + 4
    client.post(f"/api/v1/tickets/{ticket.code}/contacts/", {"reason": "ask"}, "application/json", headers=key)
    assert Reading.objects.count() == before + 5 and last()[0] == "contact"


def test_what_cannot_be_written_down_is_not_told(cast, client, ticket, monkeypatch):
    _caller, key = token()

    def fails(*args, **more):
        raise OSError

    monkeypatch.setattr(readings, "note", fails)
    client.raise_request_exception = False
    answer = client.get("/api/v1/tickets/", headers=key)
    assert answer.status_code == 500 and ticket.code not in answer.content.decode()


def test_an_administrator_reads_and_narrows_the_log_and_cannot_shorten_it(cast, client, ticket):
    _caller, key = token()
    client.get("/api/v1/tickets/", headers=key, REMOTE_ADDR="198.51.100.4")
    looked_at(ticket, signed_in(client, cast.lan))
    signed_in(client, cast.quan)
    text = read(client.get(LOG))
    for words in ("Quận 1 số", "Đọc qua API", "/api/v1/tickets/", "Trần Thị Lan", "Hỏi thêm người dân", OFFICE):
        assert words in text, words
    assert "Nguyễn An" not in text and "0900" not in text
    today = timezone.localdate()

    def found(**asked):
        return [row.kind for row, _who, _reason in client.get(LOG, asked).context["readings"]]

    for one in ({"who": "lan"}, {"kind": "contact"}, {"code": ticket.code.lower()}, {"address": OFFICE}):
        assert found(**one) == ["contact"], one
    assert found(who="quận 1") == found(address="198.51") == ["api"]
    assert found(since=today, until=today) == ["contact", "api"] and found(until=today - timedelta(days=1)) == []
    assert found(since="x", code="\0") == ["contact", "api"], "what cannot be is not asked"
    assert found(before=Reading.objects.latest("pk").pk) == ["api"]
    assert LOG in client.get(reverse("administration")).content.decode()
    assert Reading not in admin.site._registry
    with pytest.raises(ProtectedError):
        cast.lan.delete()


@pytest.mark.parametrize("name", ["lan", "ha", "sau", "nobody"])
def test_nobody_else_reads_it(cast, client, name):
    assert signed_in(client, getattr(cast, name)).get(LOG).status_code == 404


def test_the_log_ends_after_its_time(cast, ticket, settings):
    readings.note(readings.Actor.person(cast.lan), Reading.Kind.FILE, asked="cũ")
    readings.note(readings.Actor.person(cast.lan), Reading.Kind.FILE, asked="mới")
    Reading.objects.filter(asked="cũ").update(at=timezone.now() - timedelta(days=settings.READINGS_KEPT_DAYS + 1))
    forget_journal()
    assert [row.asked for row in Reading.objects.all()] == ["mới"]
