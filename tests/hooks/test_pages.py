"""The administrator's page of a system's webhooks: failures first, sent again, switched off."""

import pytest
from django.urls import reverse
from django.utils import timezone

from accounts import clients
from hooks import hooks
from hooks.models import Delivery, Hook
from tests.feedback.pages import read, signed_in
from tests.feedback.test_actions import opened
from tests.hooks.conftest import hook_of, told

pytestmark = pytest.mark.django_db


@pytest.fixture
def seen(systems, receiver):
    """A hook with a delivered, a dead and a waiting message."""
    hook = hook_of(systems.q1, receiver)
    opened()
    told()
    hooks.test(hook)
    first = Delivery.objects.earliest("pk")
    Delivery.objects.filter(pk=first.pk).update(state="dead", status=500, error="status", tries=11)
    return hook


def page_of(client, hook):
    return client.get(reverse("client_hooks", args=[hook.client_id]))


def test_what_failed_stands_first_with_its_reason(client, cast, seen):
    text = read(page_of(signed_in(client, cast.quan), seen))
    assert seen.url in text and "Đang gửi" in text and "1 thông báo đã nhận trong 24 giờ" in text
    assert "HTTP 500" in text and "trả lời lỗi" in text and seen.secret_shown not in text
    assert text.index("không gửi được") < text.index("Gửi thử") < text.index("HTTP 200")
    deeds = client.get(reverse("client_deeds", args=[seen.client_id]))
    assert reverse("client_hooks", args=[seen.client_id]) in deeds.content.decode()


def test_one_is_sent_again_and_all_that_were_given_up(client, cast, seen, receiver):
    signed_in(client, cast.quan)
    receiver.got.clear()
    delivered = Delivery.objects.get(state="delivered")
    answer = client.post(reverse("hook_replay", args=[seen.pk]), {"delivery": delivered.pk}, follow=True)
    assert "Đang gửi lại 1 thông báo." in read(answer)
    told()
    assert {message.type for message in receiver.got} == {"hook.test", "ticket.forward"}
    client.post(reverse("hook_replay", args=[seen.pk]))
    told()
    assert receiver.got[-1].type == "ticket.open" and not Delivery.objects.exclude(state="delivered").exists()
    for odd in ("x", "9" * 40, "²"):
        assert client.post(reverse("hook_replay", args=[seen.pk]), {"delivery": odd}).status_code == 302


def test_it_is_switched_off_and_on(client, cast, seen, receiver):
    signed_in(client, cast.quan)
    assert "Đã tắt webhook" in read(client.post(reverse("hook_switch", args=[seen.pk]), {"to": "off"}, follow=True))
    receiver.got.clear()
    assert told() == 0
    text = read(page_of(client, seen))
    assert "quản trị viên tắt" in text and "Gửi lại Gửi thử" not in text
    client.post(reverse("hook_switch", args=[seen.pk]), {"to": "on"})
    assert told() == 1 and Hook.objects.get().is_active


def test_it_says_how_it_is(client, cast, seen, systems):
    signed_in(client, cast.quan)
    Hook.objects.update(failing_since=timezone.now())
    assert "Không gửi được từ" in read(page_of(client, seen))
    hooks.end(seen, Hook.Ended.FAILING)
    assert "năm ngày liền không gửi được" in read(page_of(client, seen))
    clients.revoke(systems.q1)
    assert "không webhook nào được gửi" in read(page_of(client, seen))
    empty = client.get(reverse("client_hooks", args=[systems.q3.pk]))
    assert "chưa đăng ký webhook nào" in read(empty)


@pytest.mark.parametrize("who", ["lan", "minh", "tu", "sau", "ha", "phuc", "nobody"])
def test_it_is_for_administrators_alone(client, cast, seen, who):
    signed_in(client, getattr(cast, who))
    assert page_of(client, seen).status_code == 404
    for name in ("hook_switch", "hook_replay", "hook_rotate"):
        assert client.post(reverse(name, args=[seen.pk])).status_code == 404
    assert Hook.objects.get().is_active
