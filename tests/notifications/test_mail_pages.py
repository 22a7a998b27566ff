"""The pages of e-mail: who may open and send what; what is chosen holds; a mail is sent again from the log."""

from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from notifications import rules
from notifications.models import Mail, Mute
from tests.feedback.pages import read, signed_in

pytestmark = pytest.mark.django_db
ROLES = ("lan", "minh", "khoa", "tu", "sau", "ha", "phuc", "quan")


@pytest.fixture
def dead(cast):
    return mail(cast.lan, state="dead", error="refused: 550 no such user", tries=12)


def mail(person, **given):
    now = timezone.now()
    values = {"notice_at": now, "user": person, "code": "directive", "address": "lan@quan1.vn", "subject": "Bí mật",
              "text": "Bí mật", "in_hours": False, "next_at": now}
    return Mail.objects.create(**values | given)


@pytest.mark.parametrize("name", [*ROLES, "nobody"])
def test_who_may_what(client, cast, dead, name):
    signed_in(client, getattr(cast, name))
    choices, log, again = reverse("mail_choices"), reverse("mail_log"), reverse("mail_replay", args=[dead.pk])
    mine, keeper = name != "nobody", name == "quan"
    for verb, url, allowed in (("get", choices, 200 if mine else 404), ("post", choices, 302 if mine else 404),
                               ("put", choices, 405), ("get", log, 200 if keeper else 404), ("get", again, 405),
                               ("post", again, 302 if keeper else 404)):
        assert getattr(client, verb)(url).status_code == allowed, (name, verb, url)
    dead.refresh_from_db()
    assert dead.state == ("queued" if keeper else "dead")


def test_strangers_sign_in_first(client, dead):
    for url in (reverse("mail_choices"), reverse("mail_log")):
        assert client.get(url).status_code == 302


def test_what_is_chosen_holds(client, cast):
    signed_in(client, cast.lan)
    url = reverse("mail_choices")
    assert "Sắp đến hạn gửi số liệu" in read(client.get(url)) and "Chỉ đạo, kiến nghị" in read(client.get(url))
    others = [code for code in rules.choices(cast.lan) if code not in ("due_soon", "directive", "duty")]
    assert client.post(url, {"codes": others}).status_code == 302
    assert list(Mute.objects.values_list("user", "code")) == [(cast.lan.pk, "due_soon")]
    page = client.get(url).content.decode()
    assert page.count(" checked") == len(others)
    client.post(url, {"codes": [*others, "due_soon"]})
    assert not Mute.objects.exists()
    assert client.post(url, {"codes": ["directive"]}).status_code == 200  # is no choice
    assert not Mute.objects.exists()


def test_the_bells_page_leads_there(client, cast):
    assert reverse("mail_choices") in signed_in(client, cast.lan).get(reverse("notices")).content.decode()


def test_the_log_says_what_became_of_each_and_never_what_it_says(client, cast, dead):
    mail(cast.minh, state="sent", sent_at=timezone.now(), tries=1, notice_at=timezone.now() - timedelta(hours=1))
    signed_in(client, cast.quan)
    words = read(client.get(reverse("mail_log")))
    assert "máy chủ thư từ chối: 550 no such user" in words and words.index("không gửi được") < words.index("đã gửi")
    assert "Bí mật" not in words
    client.post(reverse("mail_replay", args=[dead.pk]))
    assert "Hồ Minh Quân gửi lại" in read(client.get(reverse("mail_log")))


def test_the_log_asks_the_same_for_many(client, cast, dead, django_assert_max_num_queries):
    signed_in(client, cast.quan)
    client.get(reverse("mail_log"))
    for hour in range(1, 30):
        mail(cast.minh, notice_at=timezone.now() - timedelta(hours=hour))
    with django_assert_max_num_queries(14):
        client.get(reverse("mail_log"))


def test_the_administrator_is_told_that_there_is_no_server(client, cast, dead, settings):
    signed_in(client, cast.quan)
    assert "1 không gửi được, 0 không rõ đã gửi chưa" in read(client.get(reverse("administration")))
    settings.MAIL_ON = False
    assert "chưa có máy chủ thư" in read(client.get(reverse("administration")))
