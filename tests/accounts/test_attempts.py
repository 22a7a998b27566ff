"""Attempts to sign in: three limits that no attacker walks around and that lock out no office and no administrator;
their log on the administrator's page; who may say from where somebody asks."""

import threading
from datetime import timedelta
from importlib import import_module
from io import StringIO

import pytest
from axes.models import AccessLog
from django.apps import apps
from django.core.management import call_command
from django.db import connection, connections
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from accounts import attempts
from accounts.models import Attempt, User
from accounts.tasks import forget_keys
from hcmc_ioc import env
from hcmc_ioc.lib.origins import NOBODY, asker, line
from tests.city import worker
from tests.feedback.pages import read, signed_in

pytestmark = pytest.mark.django_db
RIGHT, WRONG = "mat-khau-1022", "sai-mat-khau"
OFFICE = "203.0.113.9"


def tries(username, password=WRONG, address=OFFICE, client=None):
    """The status of one sign-in; 302 is in, 200 is wrong, 429 is paused."""
    asked = (client or Client()).post(reverse("sign_in"), {"username": username, "password": password},
                                      REMOTE_ADDR=address)
    return asked.status_code


def elsewhere(number):
    return f"198.51.100.{number}"


# --- The limits


@pytest.mark.parametrize("name", ["ha", "không-ai"])
def test_many_addresses_gain_nothing_against_one_account(cast, name):
    answers = [tries(name, address=elsewhere(n)) for n in range(15)]
    assert answers == [200] * 9 + [429] * 6, "and a name that nobody has is answered the same"
    assert tries(name, RIGHT, elsewhere(99)) == 429


def test_many_accounts_from_one_address_are_paused(cast):
    names = [*vars(cast), *(f"ten-{n}" for n in range(6))]
    answers = [tries(name) for name in names[:15]]
    assert answers == [200] * 9 + [429] * 6
    assert tries("ha", RIGHT) == 429
    assert tries("ha", RIGHT, elsewhere(1)) == 302, "it is the address that is paused, not the person"


def test_an_address_of_ipv6_is_the_line_behind_it(cast):
    assert [tries("ha", address=f"2001:db8:1:2::{n}") for n in range(5)][-1] == 429
    assert tries("ha", RIGHT, "2001:db8:1:2:ffff::9") == 429
    assert tries("ha", RIGHT, "2001:db8:1:3::9") == 302


def test_whoever_hammers_the_administrator_does_not_lock_them_out(cast):
    desk = Client()
    assert tries("quan", RIGHT, OFFICE, desk) == 302
    for n in range(20):
        tries("quan", address=elsewhere(n))
    assert tries("quan", RIGHT, elsewhere(77)) == 429, "from where nobody knows them"
    assert tries("quan", RIGHT, OFFICE) == 302, "their office is known, whatever the device"
    assert tries("quan", RIGHT, elsewhere(78), desk) == 302, "their device is known, wherever it is"


def test_a_colleague_at_the_same_address_does_not_lock_the_administrators_desk(cast):
    desk = Client()
    assert tries("quan", RIGHT, OFFICE, desk) == 302
    assert [tries("quan") for _n in range(5)][-1] == 429
    assert tries("quan", RIGHT) == 429
    assert tries("quan", RIGHT, OFFICE, desk) == 302


def test_a_stolen_device_is_good_for_five_passwords_from_all_addresses(cast):
    desk = Client()
    assert tries("quan", RIGHT, OFFICE, desk) == 302
    stolen = Client()
    stolen.cookies[attempts.DEVICE] = desk.cookies[attempts.DEVICE].value
    assert [tries("quan", address=elsewhere(n), client=stolen) for n in range(8)] == [200] * 4 + [429] * 4
    stolen.cookies[attempts.DEVICE] = "x" * 40
    assert tries("quan", RIGHT, elsewhere(60), stolen) == 302, "a forged one is none"


def test_an_office_behind_one_address_types_wrong_and_works_on(cast):
    people = [worker(f"nguoi-{n}", "unit_staff", "760").username for n in range(12)]
    for name in people:  # each wrong once, then in: nobody fails any more
        assert tries(name) == 200 and tries(name, RIGHT) == 302
    for n in range(10):  # somebody guesses names from within
        tries(f"ten-{n}")
    assert tries("ha", RIGHT) == 429, "who was never here"
    assert tries(people[0], RIGHT) == 302, "who works here comes in"


def test_a_pause_ends_by_itself_and_a_sign_in_forgives(cast):
    for _n in range(4):
        tries("ha")
    assert tries("ha", RIGHT) == 302
    assert [tries("ha") for _n in range(4)] == [200] * 4, "counted anew"
    assert tries("ha") == 429
    Attempt.objects.update(at=timezone.now() - attempts.WINDOW)
    assert tries("ha", RIGHT) == 302


def test_attempts_whose_process_was_killed_count_for_a_minute(cast):
    for _ in range(5):
        attempts.begin("ha", OFFICE, "")
    assert tries("ha", RIGHT) == 429, "they may still turn out wrong"
    Attempt.objects.filter(outcome="begun").update(at=timezone.now() - timedelta(minutes=2))
    assert tries("ha", RIGHT) == 302


@pytest.mark.django_db(transaction=True)
def test_many_at_once_get_no_further_than_one_by_one(cast):
    began = threading.Barrier(12)
    answers = []

    def guess():
        try:
            began.wait()
            answers.append(attempts.begin("ha", OFFICE, "").outcome)
        finally:
            connections.close_all()

    threads = [threading.Thread(target=guess) for _n in range(12)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(answers) == 12 and answers.count(Attempt.Outcome.BEGUN) <= attempts.PER_PAIR


# --- From where somebody asks


def test_who_asks_is_told_by_named_proxies_alone(cast, settings):
    def paused(forwarded):
        Attempt.objects.all().delete()
        client = Client()
        for n in range(7):
            last = client.post(reverse("sign_in"), {"username": "ha", "password": WRONG},
                               headers={"x-forwarded-for": forwarded(n)}).status_code
        return last == 429

    assert paused(elsewhere), "anybody may write a header"
    settings.TRUSTED_PROXIES = [*map(env.ip_network, ["127.0.0.1", "10.0.0.0/8"])]
    assert not paused(elsewhere)
    assert paused(lambda n: f"{elsewhere(n)}, 203.0.113.5, 10.1.2.3"), "what is left of the first stranger is hearsay"
    assert paused(lambda n: f"unknown-{n}"), "and who says nothing of use is nobody"


@pytest.mark.parametrize(("peer", "forwarded", "who"), [
    ("10.0.0.1", "198.51.100.7", "198.51.100.7"),
    ("10.0.0.1", "198.51.100.7:5123", "198.51.100.7"),
    ("10.0.0.1", " [2001:db8::7]:443 ", "2001:db8::7"),
    ("fd00::1", "2001:DB8::7", "2001:db8::7"),
    ("::ffff:10.0.0.1", "::ffff:198.51.100.7", "198.51.100.7"),
    ("10.0.0.1", "1.1.1.1, 198.51.100.7, 10.0.0.2", "198.51.100.7"),
    ("10.0.0.1", "10.0.0.3, 10.0.0.2", "10.0.0.3"),
    ("10.0.0.1", "", "10.0.0.1"),
    ("10.0.0.1", ", ,", "10.0.0.1"),
    ("198.51.100.7", "1.1.1.1", "198.51.100.7"),
    ("10.0.0.1", "999.1.1.1", NOBODY),
    ("10.0.0.1", "fe80::1%eth0", NOBODY),
    ("10.0.0.1", "[::1", "::1"),
    ("", "1.1.1.1", NOBODY),
    (None, "1.1.1.1", NOBODY),
    ("'", "\0", NOBODY),
])
def test_the_right_most_stranger_is_who_asks(peer, forwarded, who):
    trusted = [env.ip_network("10.0.0.0/8"), env.ip_network("fd00::/8")]
    assert asker(peer, forwarded, trusted) == who
    assert line(who)


def test_the_sites_own_server_takes_no_header_for_an_address():
    """uvicorn would by itself, from loopback."""
    from tests.test_deploy import SERVICES, procfile

    started = [" ".join(words) for words in procfile().values()] + [one.get("command", "") for one in SERVICES.values()]
    assert all("--no-proxy-headers" in words for words in started if "uvicorn" in words)
    assert "forwarded-allow-ips" not in "".join(started)
    nginx = SERVICES["nginx"]["networks"]["default"]["ipv4_address"]
    assert nginx in SERVICES["web1"]["environment"]["IOC_TRUSTED_PROXIES"]


# --- The log


def test_an_administrator_reads_who_tried_what_from_where(cast, client):
    for _n in range(8):
        tries("ha")
    tries("sau", RIGHT, elsewhere(1))
    tries(RIGHT, RIGHT, elsewhere(2))  # the password in the wrong field
    page = signed_in(client, cast.quan).get(reverse("sign_ins"))
    text = read(page)
    for words in ("Đặng Thu Hà", "Sai mật khẩu", "Bị chặn do tạm dừng Tên đăng nhập tại một địa chỉ", "3 lần", OFFICE,
                  "Đã đăng nhập", elsewhere(1), "Sai tên đăng nhập", "không có tài khoản này", "mat…"):
        assert words in text, words
    assert RIGHT not in page.content.decode() and WRONG not in page.content.decode()

    def found(**asked):
        return [row.account for row in client.get(reverse("sign_ins"), asked).context["attempts"]]

    assert found(account="sau") == found(address=elsewhere(1)) == found(outcome="in") == ["sau"]
    assert found(account="ha", outcome="paused") == ["ha"] and found(address="x' OR 1") == []
    assert found(before=str(Attempt.objects.get(account="sau").pk)) == ["ha"] * 6
    assert reverse("sign_ins") in client.get(reverse("administration")).content.decode()


def test_no_password_is_kept_anywhere(cast):
    tries("ha", "bi-mat-cua-ha")
    tries("bi-mat-cua-ha", "bi-mat-cua-ha")
    with connection.cursor() as cursor:
        for table in connection.introspection.table_names():
            cursor.execute(f'SELECT count(*) FROM "{table}" AS row WHERE row::text LIKE %s', ["%bi-mat-cua-ha%"])
            assert cursor.fetchone() == (0,), table


@pytest.mark.parametrize("name", ["sau", "ha", "lan", "nobody"])
def test_nobody_else_reads_it(cast, client, name):
    signed_in(client, getattr(cast, name))
    assert client.get(reverse("sign_ins")).status_code == client.get(reverse("lift_pause")).status_code == 404


def test_lifting_a_pause_asks_first_and_is_remembered(cast, client):
    for _n in range(6):
        tries("ha")
    signed_in(client, cast.quan)
    asked = {"account": "ha", "line": OFFICE}
    assert "Bỏ tạm dừng" in read(client.get(reverse("sign_ins"))) and tries("ha", RIGHT) == 429
    question = client.get(reverse("lift_pause"), asked)
    assert "đang bị dò mật khẩu" in read(question) and tries("ha", RIGHT) == 429, "nothing happens by asking"
    assert client.post(reverse("lift_pause"), asked).url == reverse("sign_ins")
    assert "Hồ Minh Quân đã bỏ tạm dừng" in read(client.get(reverse("sign_ins")))
    assert tries("ha", RIGHT) == 302
    assert client.post(reverse("lift_pause"), asked).url == reverse("sign_ins"), "a second time there is none"


def test_whoever_has_the_machine_lifts_a_pause_too(cast):
    for n in range(12):
        tries("quan", address=elsewhere(n))
    assert tries("quan", RIGHT, elsewhere(50)) == 429
    call_command("lift_pauses", account="quan", stdout=StringIO())
    assert tries("quan", RIGHT, elsewhere(50)) == 302


def test_the_log_ends_after_a_while(cast, settings):
    settings.SIGN_INS_KEPT_DAYS = 30
    tries("ha")
    tries("sau")
    Attempt.objects.filter(account="ha").update(at=timezone.now() - timedelta(days=31))
    forget_keys()
    assert [row.account for row in Attempt.objects.all()] == ["sau"]


def test_who_left_is_paused_like_anybody(cast):
    User.objects.filter(username="ha").update(is_active=False)
    assert [tries("ha", RIGHT) for _n in range(5)] == [200] * 4 + [429]


def test_where_people_signed_in_before_the_upgrade_is_known(cast):
    moved = import_module("accounts.migrations.0005_attempts")
    for name, address in (("quan", OFFICE), ("quan", OFFICE), ("ai-do", OFFICE), ("ha", None)):
        AccessLog.objects.create(username=name, ip_address=address, user_agent="x", path_info="/")
    moved.take_over(apps, None)
    assert [(row.account, row.user, row.address) for row in Attempt.objects.all()] == [("quan", cast.quan, OFFICE)]
    assert not AccessLog.objects.exists(), "what nothing reads any more is gone"
    for n in range(12):
        tries("quan", address=elsewhere(n))
    assert tries("quan", RIGHT) == 302
