"""Signing in with lock-out, changing password, language and role."""

import re
from datetime import date, timedelta

import pytest
from django.db import IntegrityError
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from accounts import actions
from accounts.backends import People
from accounts.models import Membership, User
from accounts.roles import Role
from tests.city import unit

pytestmark = pytest.mark.django_db
PASSWORD = "mat-khau-1022"  # noqa: S105


def sign_in(client, username, password=PASSWORD):
    return client.post(reverse("sign_in"), {"username": username, "password": password})


def test_signing_in_leads_home_and_out_again(cast, client):
    assert sign_in(client, "ha").url == "/"
    assert client.get(reverse("overview")).status_code == 200
    client.post(reverse("sign_out"))
    assert client.get(reverse("overview")).status_code == 302


def test_wrong_name_and_wrong_password_read_the_same(cast, client):
    wrong = [sign_in(client, "ha", "sai"), sign_in(client, "không-ai", "sai")]
    assert all("Tên đăng nhập hoặc mật khẩu không đúng." in page.content.decode() for page in wrong)


def test_five_wrong_passwords_lock_the_door_even_for_the_right_one(cast, client):
    for _n in range(5):
        answer = sign_in(client, "ha", "sai")
    assert answer.status_code == 429 and "Tạm khóa đăng nhập" in answer.content.decode()
    assert sign_in(client, "ha").status_code == 429
    assert sign_in(client, "sau").status_code == 302, "others at the same desk still come in"


def test_a_person_who_left_cannot_sign_in(cast, client):
    User.objects.filter(pk=cast.ha.pk).update(is_active=False)
    assert sign_in(client, "ha").status_code == 200


def test_changing_ones_password(cast, client):
    client.force_login(cast.ha)
    answer = client.post(reverse("change_password"), {
        "old_password": PASSWORD, "new_password1": "song-sai-gon-2026", "new_password2": "song-sai-gon-2026",
    })
    assert answer.status_code == 302
    client.post(reverse("sign_out"))
    assert sign_in(client, "ha").status_code == 200
    assert sign_in(client, "ha", "song-sai-gon-2026").status_code == 302


def test_the_language_follows_the_person_to_the_next_desk(cast, client):
    sign_in(client, "ha")
    client.post(reverse("set_language"), {"language": "en", "next": "/tong-quan/"})
    assert 'lang="en"' in client.get(reverse("overview")).content.decode()
    client.post(reverse("sign_out"))
    client.cookies.clear()
    sign_in(client, "ha")
    assert 'lang="en"' in client.get(reverse("overview")).content.decode()


@pytest.mark.parametrize("back", ["https://evil.example/", "//evil.example", "javascript:alert(1)"])
def test_language_does_not_lead_off_the_site(back, town, client):
    assert client.post(reverse("set_language"), {"language": "en", "next": back}).url == "/"


def test_a_person_with_two_roles_acts_under_one_at_a_time(cast, client):
    second = Membership.objects.create(user=cast.lan, unit=unit("778"), role=Role.UNIT_LEADER, is_active=False)
    client.force_login(cast.lan)
    assert client.get(reverse("unit_screen", args=[unit("778").slug])).status_code == 404
    client.post(reverse("switch_membership"), {"membership": second.pk})
    assert client.get(reverse("unit_screen", args=[unit("778").slug])).status_code == 200
    assert client.get(reverse("unit_screen", args=[unit("760").slug])).status_code == 404


@pytest.mark.parametrize("asked", ["0", "x", "", "999999"])
def test_a_role_that_is_not_ones_own_is_404(asked, cast, client):
    client.force_login(cast.lan)
    assert client.post(reverse("switch_membership"), {"membership": asked}).status_code == 404


def test_an_ended_membership_gives_nothing(cast):
    Membership.objects.filter(user=cast.lan).update(valid_to=timezone.localdate() - timedelta(days=1))
    lan = User.objects.get(pk=cast.lan.pk)
    assert lan.role == ""
    with pytest.raises(Membership.DoesNotExist):
        actions.switch_membership(user=lan, membership_id=Membership.objects.get(user=lan).pk)


def test_one_membership_is_active_at_most(cast):
    with pytest.raises(IntegrityError):
        Membership.objects.create(user=cast.lan, unit=unit("778"), role=Role.UNIT_STAFF, valid_from=date(2021, 1, 1))


def test_a_new_password_is_asked_for_in_short_words(cast, client):
    client.force_login(cast.ha)
    page = client.get(reverse("change_password")).content.decode()
    for words in ("Mật khẩu hiện tại", "Ít nhất 10 ký tự.", "Không chỉ gồm chữ số.", "Nhập lại mật khẩu mới"):
        assert words in page
    page = client.post(reverse("change_password"), {
        "old_password": "sai", "new_password1": "1234567890", "new_password2": "123456789",
    }).content.decode()
    assert "Mật khẩu hiện tại không đúng. Hãy nhập lại." in page and "Hai lần nhập mật khẩu không giống nhau." in page


def test_the_page_for_signing_in_offers_no_way_to_itself(client, db):
    page = client.get(reverse("sign_in")).content.decode()
    assert 'class="menu-item"' not in page and "data-theme-choice" in page
    assert 'class="menu-item"' in client.get("/khong-co/").content.decode()


def test_a_request_learns_in_one_statement_who_asks_and_in_which_role(cast, django_assert_num_queries):
    with django_assert_num_queries(1):
        person = People().get_user(cast.lan.pk)
        assert (person.full_name, person.role) == (cast.lan.full_name, Role.UNIT_STAFF)
    nobody = People().get_user(cast.nobody.pk)
    assert nobody == cast.nobody and nobody.membership is None
    assert People().get_user(0) is None
    User.objects.filter(pk=cast.lan.pk).update(is_active=False)
    assert People().get_user(cast.lan.pk) is None


def test_all_forms_of_a_page_have_one_token_and_it_is_taken(cast):
    client = Client(enforce_csrf_checks=True)
    client.force_login(cast.ha)
    page = client.get(reverse("overview")).content.decode()
    tokens = set(re.findall(r'name="csrfmiddlewaretoken" value="(\w+)"', page))
    tokens |= set(re.findall(r'name="csrf-token" content="(\w+)"', page))
    assert len(tokens) == 1
    assert client.post(reverse("sign_out"), {"csrfmiddlewaretoken": "x" * 64}).status_code == 403
    assert client.post(reverse("sign_out"), {"csrfmiddlewaretoken": tokens.pop()}).status_code == 302
