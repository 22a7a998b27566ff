"""A wall becomes a device by a code that it shows once, confirmed by somebody who may; revoking can be undone."""

import re
from datetime import timedelta

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from live import devices, pairing
from live.models import Device, Pairing
from tests.city import unit
from tests.feedback.pages import read, signed_in

pytestmark = pytest.mark.django_db
WALL, PAIR, LIST = "/wall/", "/wall/ghep/", "/man-hinh/"
ASKING = {"hx-request": "true"}


def waiting_wall():
    """A wall that asked for a code, and the code that it shows."""
    wall = Client()
    assert wall.get(WALL).status_code == 404
    page = wall.post(PAIR, follow=True)
    return wall, re.search(r"data-pairing-code>\s*([\d ]+)", page.content.decode())[1].strip()


def confirm(client, code, name="Sảnh"):
    return client.post(LIST, {"code": code, "name": name, "place": "", "unit": unit("79").pk}, follow=True)


def test_a_wall_shows_a_code_and_becomes_a_device_once(cast, client):
    wall, code = waiting_wall()
    assert re.fullmatch(r"\d{4} \d{4}", code)
    assert wall.get(PAIR, headers=ASKING).status_code == 204, "nobody has confirmed it"
    stolen = Client()
    stolen.cookies[pairing.COOKIE] = wall.cookies[pairing.COOKIE].value
    assert "Đã ghép “Sảnh”, đang ở địa chỉ 127.0.0.1" in read(confirm(signed_in(client, cast.sau), code))
    there = wall.get(PAIR, headers=ASKING)
    assert there["HX-Redirect"] == WALL and "Tiếp nhận" in read(wall.get(WALL))
    assert stolen.get(PAIR).status_code == stolen.get(WALL).status_code == 404, "the cookie is given once"
    assert "Không có màn hình nào đang chờ" in read(confirm(client, code, "Khác")), "and the code is good once"
    assert [row.name for row in Device.objects.all()] == ["Sảnh"]


def test_nothing_that_lets_a_wall_in_stands_in_an_address(cast, client):
    wall, code = waiting_wall()
    page = wall.get(PAIR)
    drawn = re.search(r"<svg[^>]*class=\"qr\".*?</svg>", page.content.decode(), re.S)[0]
    assert "style" not in drawn and "script" not in drawn
    confirm(signed_in(client, cast.sau), code)
    taken = wall.get(PAIR)
    assert taken.url == WALL and "no-store" in taken["Cache-Control"]
    cookie = taken.cookies[devices.COOKIE]
    assert cookie["httponly"] and cookie["samesite"] == "Strict"
    assert client.get("/wall/pair/x/").status_code == 404


def test_a_code_is_good_for_minutes(cast, client):
    wall, code = waiting_wall()
    Pairing.objects.update(made_at=timezone.now() - pairing.GOOD_FOR - timedelta(seconds=1))
    assert "Không có màn hình nào đang chờ" in read(confirm(signed_in(client, cast.sau), code))
    assert wall.get(PAIR, headers=ASKING)["HX-Redirect"] == WALL and wall.get(PAIR).status_code == 404
    Pairing.objects.update(made_at=timezone.now() - pairing.KEPT - timedelta(seconds=1))
    wall.post(PAIR)
    assert Pairing.objects.count() == 1, "old ones are cleared away"


def test_guessing_and_asking_have_an_end(cast, client):
    _wall, code = waiting_wall()
    signed_in(client, cast.sau)
    for n in range(pairing.TRIES):
        assert "Không có màn hình" in read(confirm(client, f"{(int(code.replace(' ', '')) + n + 1) % 10**8:08}"))
    assert "Nhập sai mã nhiều lần" in read(confirm(client, code)), "also for the right one"
    assert "Đã ghép" in read(confirm(signed_in(client, cast.quan), code)), "somebody else may"
    answers = {Client().post(PAIR).status_code for _n in range(pairing.AT_ONCE + 1)}
    assert answers == {302, 429}
    assert Client().post(PAIR, REMOTE_ADDR="198.51.100.1").status_code == 302


@pytest.mark.parametrize("name", ["lan", "ha", "tu", "nobody"])
def test_who_keeps_no_walls_confirms_none(cast, client, name):
    _wall, code = waiting_wall()
    assert confirm(signed_in(client, getattr(cast, name)), code).status_code == 404
    screen = devices.register(name="Sảnh", unit=unit("79"))
    for address in ("screen_revoke", "screen_restore"):
        assert client.post(reverse(address, args=[screen.pk])).status_code == 404
    assert Device.objects.get().revoked_at is None


def test_revoking_asks_first_and_can_be_undone_for_a_day(cast, client):
    wall, code = waiting_wall()
    signed_in(client, cast.sau)
    confirm(client, code)
    wall.get(PAIR)
    screen = Device.objects.get()
    revoke, restore = (reverse(name, args=[screen.pk]) for name in ("screen_revoke", "screen_restore"))
    assert "Sảnh" in read(client.get(revoke)) and wall.get(WALL).status_code == 200, "asked, and nothing done"
    assert "khôi phục trong 24 giờ" in read(client.post(revoke, follow=True))
    dark = wall.get(WALL)
    assert dark.status_code == 404 and 'http-equiv="refresh"' in dark.content.decode(), "it looks by itself"
    assert "Đã khôi phục" in read(client.post(restore, follow=True)) and wall.get(WALL).status_code == 200
    client.post(revoke)
    Device.objects.update(revoked_at=timezone.now() - devices.REVOCABLE)
    assert "Khôi phục" not in read(client.get(LIST))
    assert "hãy ghép lại" in read(client.post(restore, follow=True)) and wall.get(WALL).status_code == 404
