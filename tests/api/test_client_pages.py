"""The administrator's page of connected systems: made, given new secrets, revoked; what each did."""

import re

import pytest
from django.urls import reverse

from accounts import clients
from accounts.models import Client
from tests.city import unit
from tests.feedback.pages import read, signed_in
from tests.feedback.test_actions import opened

pytestmark = pytest.mark.django_db


def made(client, **changes):
    given = {"name": "Hệ thống một cửa Quận 1", "unit": unit("760").pk, "scopes": ["tickets:read", "tickets:write"]}
    return client.post(reverse("clients"), given | changes)


def secret_in(answer) -> str:
    return re.search(r"data-secret>([^<]+)<", answer.content.decode())[1]


def test_an_administrator_makes_a_client_and_sees_its_secret_once(client, cast):
    signed_in(client, cast.quan)
    secret = secret_in(made(client))
    row = Client.objects.get()
    assert clients.recognised(row.client_id, secret) == row and row.made_by == cast.quan
    page = client.get(reverse("clients"))
    assert secret not in page.content.decode() and "Hệ thống một cửa Quận 1" in read(page)
    assert "Đọc phản ánh trong phạm vi đơn vị" in read(page) and "chưa dùng" in read(page)


def test_a_new_secret_ends_the_old_one_and_revoking_ends_all(client, cast):
    signed_in(client, cast.quan)
    old = secret_in(made(client))
    row = Client.objects.get()
    fresh = secret_in(client.post(reverse("client_rotate", args=[row.pk])))
    with pytest.raises(clients.Refused):
        clients.recognised(row.client_id, old)
    assert clients.recognised(row.client_id, fresh)
    assert "đã thu hồi" in read(client.post(reverse("client_revoke", args=[row.pk]), follow=True))
    with pytest.raises(clients.Refused):
        clients.recognised(row.client_id, fresh)
    assert client.post(reverse("client_rotate", args=[row.pk])).status_code == 404


def test_a_key_is_made_for_who_speaks_open311_alone(client, cast):
    signed_in(client, cast.quan)
    made(client, scopes=["open311:write"])
    row = Client.objects.get()
    answer = client.post(reverse("client_key", args=[row.pk]))
    assert clients.by_token(secret_in(answer)).client == row and "api_key:" in read(answer)
    made(client)
    other = Client.objects.exclude(pk=row.pk).get()
    assert client.post(reverse("client_key", args=[other.pk])).status_code == 404
    page = client.get(reverse("clients")).content.decode()
    assert page.count("Tạo khóa Open311") == 1


@pytest.mark.parametrize("changes", [{"name": ""}, {"scopes": []}, {"scopes": ["tickets:burn"]}, {"unit": "0"},
                                     {"until": "2020-01-01"}, {"scopes": ["tickets:read", "tickets:dispatch"]}])
def test_what_is_wrong_is_said_at_its_field(client, cast, changes):
    signed_in(client, cast.quan)
    answer = made(client, **changes)
    assert answer.status_code == 422 and answer.context["form"].errors and not Client.objects.exists()


def test_the_hotlines_moves_are_for_systems_of_the_whole_city(client, cast):
    signed_in(client, cast.quan)
    told = read(made(client, scopes=["tickets:dispatch"]))
    assert "chỉ hệ thống của tổng đài" in told and "đơn vị không tự chuyển, từ chối, kết thúc" in told
    assert made(client, scopes=["tickets:dispatch"], unit=unit("79").pk).status_code == 200
    assert Client.objects.get().unit == unit("79")


def test_what_a_client_did_is_seen_without_anybodys_words(client, cast, callers):
    ticket = opened(reporter={"name": "Nguyễn Văn An", "phone": "+84901234567"})
    callers.q1.post(f"tickets/{ticket.code}/moves/accept/")
    callers.q1.post(f"tickets/{ticket.code}/contacts/", {"reason": "verify"})
    page = read(signed_in(client, cast.quan).get(reverse("client_deeds", args=[callers.q1.client.pk])))
    assert "Tiếp nhận" in page and "Xác minh nội dung phản ánh" in page and ticket.title not in page
    assert "Chưa ghi gì" in read(client.get(reverse("client_deeds", args=[callers.q3.client.pk])))


@pytest.mark.parametrize("who", ["lan", "minh", "tu", "sau", "ha", "phuc", "nobody"])
def test_it_is_for_administrators_alone(client, cast, callers, who):
    signed_in(client, getattr(cast, who))
    pk = callers.q1.client.pk
    for name in ("clients", "client_deeds"):
        assert client.get(reverse(name, args=[pk] if name != "clients" else [])).status_code == 404
    for name in ("client_rotate", "client_revoke", "client_key"):
        assert client.post(reverse(name, args=[pk])).status_code == 404
    assert made(client).status_code == 404


def test_the_page_to_try_the_api_is_for_administrators_and_alone_bends_the_policy(client, cast):
    answer = signed_in(client, cast.quan).get(reverse("api_page"))
    assert answer.status_code == 200 and "'unsafe-inline'" in answer["Content-Security-Policy"]
    assert "'unsafe-inline'" not in client.get(reverse("clients"))["Content-Security-Policy"]
    for who in (cast.lan, cast.ha, cast.nobody):
        assert signed_in(client, who).get(reverse("api_page")).status_code == 404
