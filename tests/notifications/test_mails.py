"""E-mail beside the bell: by rule, when unread for long enough, within office hours, never twice, nothing lost."""

import smtplib
from datetime import datetime, timedelta

import pytest
from django.core import mail as django_mail
from django.utils import timezone

from accounts.models import Membership
from indicators import notices
from indicators.models import Notice
from indicators.notices import Told
from live import feed
from live.models import Handover
from notifications import hours, letter, queueing, rules, sending
from notifications.models import Mail, MailRule, Replay
from tests.city import unit

pytestmark = pytest.mark.django_db(transaction=True)
State = Mail.State
SOON = timedelta(minutes=6)


@pytest.fixture
def lan(cast):
    cast.lan.email = "lan@quan1.vn"
    cast.lan.save()
    return cast.lan


def directive(person, at=None, key="directive:7", verb="send"):
    said = {"verb": verb, "kind": "order", "title": "Dọn kênh & rạch", "code": "CD-7", "unit_vi": "", "unit_en": "",
            "whom": ""}
    notices.tell([Told(person.pk, key, "directive", "/chi-dao/7/", at or timezone.now(), parameters=said)])


def taken():
    feed.take_all("mail")
    return list(Mail.objects.order_by("pk"))


@pytest.fixture
def waiting(lan):
    """One mail that is due in five minutes."""
    directive(lan)
    return taken()[0]


def state():
    return Mail.objects.get().state


class Server:
    """A mail server that answers as it is told; what it took is in `arrived`."""

    def __init__(self, monkeypatch, on_open=None, on_send=None):
        self.arrived, self.on_open, self.on_send = [], on_open, on_send
        monkeypatch.setattr("django.core.mail.backends.locmem.EmailBackend.open", lambda _: self._do(self.on_open))
        monkeypatch.setattr("django.core.mail.backends.locmem.EmailBackend.send_messages", self._send)

    def _do(self, fault):
        if fault:
            raise fault

    def _send(self, messages):
        self._do(self.on_send)
        self.arrived += messages
        return len(messages)


def test_what_is_unread_for_long_enough_goes_once(waiting):
    now = timezone.now()
    assert sending.send_due(now) == 0
    assert sending.send_due(now + SOON) == 1
    assert sending.send_due(now + SOON) == 0
    assert (state(), len(django_mail.outbox)) == (State.SENT, 1)
    sent = django_mail.outbox[0]
    assert sent.to == ["lan@quan1.vn"]
    assert "Được giao CD-7 “Dọn kênh & rạch”: cần tiếp nhận." in sent.body
    assert "/chi-dao/7/" in sent.body and "http://localhost" in sent.body and "/thong-bao/tuy-chon/" in sent.body


def test_the_same_notice_handed_twice_is_one_mail(waiting, lan):
    change = feed.Change(notices.NOTICE, waiting.notice_id, timezone.now())
    queueing.take([change, change])
    queueing.take([change])
    assert Mail.objects.count() == 1


def test_news_of_the_same_matter_is_one_mail(waiting, lan):
    """The older one, still waiting, goes with the newer."""
    directive(lan, timezone.now() + timedelta(seconds=1), verb="remind")
    older, newer = taken()
    assert sending.send_due(timezone.now() + SOON) == 1
    older.refresh_from_db()
    newer.refresh_from_db()
    assert (older.state, older.error, newer.state) == (State.SKIPPED, "followed", State.SENT)


def test_read_meanwhile_is_not_mailed(waiting, lan):
    notices.read(lan)
    assert sending.send_due(timezone.now() + SOON) == 0
    assert (state(), django_mail.outbox) == (State.SKIPPED, [])


def test_only_what_is_made_unread_again_is_handed(lan):
    now = timezone.now()
    for minutes, code, handed in ((0, "period", 1), (1, "period", 1), (2, "revision", 2), (3, "period", 2)):
        at = now + timedelta(minutes=minutes)
        notices.tell([Told(lan.pk, "values:1", code, "/du-lieu/x/", at)])
        assert Handover.objects.filter(taker="mail").count() == handed, (minutes, code)


def test_no_rule_no_address_no_role_no_mail(lan, cast):
    notices.tell([Told(lan.pk, "p", "period", "/x/"), Told(lan.pk, "f", "report_failed", "/x/")])
    directive(cast.khoa)  # has no address
    cast.nobody.email = "ai@do.vn"
    cast.nobody.save()
    directive(cast.nobody)
    assert taken() == []


def test_a_rule_of_the_role_wins_over_the_one_of_all(lan):
    MailRule.objects.create(code="directive", role="unit_staff", by_mail=False)
    directive(lan)
    assert taken() == []


def test_muted_is_not_queued_and_not_sent(lan):
    notices.tell([Told(lan.pk, "a", "adopted", "/x/", parameters={"words": "x", "begins": "2026-01-01"})])
    assert len(taken()) == 1
    rules.choose(lan, [])
    assert sending.send_due(timezone.now() + timedelta(days=30)) == 0
    assert Mail.objects.get().error == "muted"
    notices.tell([Told(lan.pk, "b", "adopted", "/x/", parameters={"words": "x", "begins": "2026-01-01"})])
    directive(lan)  # nobody mutes these
    assert [row.code for row in taken()] == ["adopted", "directive"]


def test_whoever_left_gets_nothing(waiting, lan):
    Membership.objects.filter(user=lan).update(is_active=False)
    sending.send_due(timezone.now() + SOON)
    assert Mail.objects.get().error == "gone"


@pytest.mark.parametrize(("moment", "opens"), [
    ("2026-11-25T10:00", "2026-11-25T10:00"),  # a Wednesday
    ("2026-11-25T05:00", "2026-11-25T07:30"),
    ("2026-11-25T12:10", "2026-11-25T13:00"),
    ("2026-11-27T18:00", "2026-11-30T07:30"),  # over the weekend
])
def test_quiet_hours(town, moment, opens):
    zone = timezone.get_default_timezone()
    found = hours.opening(datetime.fromisoformat(moment).replace(tzinfo=zone), unit("760").pk)
    assert found == datetime.fromisoformat(opens).replace(tzinfo=zone)


def test_what_waits_for_office_hours_waits_again_when_they_are_over(lan):
    said = {"words": "x", "begins": "2026-01-01"}
    notices.tell([Told(lan.pk, "a", "adopted", "/x/", parameters=said)])
    row = taken()[0]
    local = timezone.localtime(row.next_at)
    assert local == hours.opening(row.next_at, None)
    night = local.replace(hour=23)
    assert sending.send_due(night) == 0
    row.refresh_from_db()
    assert row.state == State.QUEUED and row.next_at == hours.opening(night, None) > night


def test_refused_backs_off_dies_and_is_replayed(waiting, cast, monkeypatch):
    server = Server(monkeypatch, on_send=smtplib.SMTPRecipientsRefused({"lan@quan1.vn": (550, b"no such user")}))
    now, waits = timezone.now() + SOON, []
    for _try in range(12):
        sending.send_due(now)
        row = Mail.objects.get()
        waits.append((row.next_at - now) / timedelta(minutes=1))
        now = row.next_at
    assert waits[:8] == [1, 2, 4, 8, 16, 32, 60, 60]
    assert (row.state, row.tries, row.refusals) == (State.DEAD, 12, 12)
    assert row.error == "refused: 550 no such user"
    server.on_send = None
    assert sending.send_due(now + timedelta(days=9)) == 0
    assert sending.replay(row.pk, cast.quan)
    assert not sending.replay(row.pk, cast.quan)
    assert sending.send_due(timezone.now() + SOON) == 1
    assert (state(), len(server.arrived)) == (State.SENT, 1)
    assert [(r.user, r.state) for r in Replay.objects.all()] == [(cast.quan, State.DEAD)]


def test_a_server_away_for_a_day_loses_nothing(waiting, monkeypatch):
    server = Server(monkeypatch, on_open=ConnectionRefusedError(111, "Connection refused"))
    now = timezone.now() + SOON
    end = now + timedelta(hours=23)
    while now < end:
        sending.send_due(now)
        now += timedelta(minutes=10)
    row = Mail.objects.get()
    assert row.tries > 20 and (row.state, row.refusals, row.error) == (State.FAILED, 0, "away: Connection refused")
    server.on_open = None
    assert sending.send_due(row.next_at) == 1
    assert len(server.arrived) == 1


def test_a_server_away_for_longer_is_given_up(waiting, monkeypatch):
    Server(monkeypatch, on_open=ConnectionRefusedError(111, "Connection refused"))
    Mail.objects.update(made_at=timezone.now() - timedelta(days=2), refusals=11)
    sending.send_due(timezone.now() + SOON)
    assert state() == State.DEAD


def test_away_is_asked_with_one_mail_not_with_all(waiting, lan, monkeypatch):
    directive(lan, key="directive:8")
    taken()
    Server(monkeypatch, on_open=TimeoutError("timed out"))
    sending.send_due(timezone.now() + SOON)
    assert sorted(Mail.objects.values_list("state", flat=True)) == [State.FAILED, State.QUEUED]


def test_killed_in_the_middle_is_told_at_most_once(waiting, monkeypatch):
    server = Server(monkeypatch, on_send=SystemExit())
    now = timezone.now() + SOON
    with pytest.raises(SystemExit):
        sending.send_due(now)
    assert state() == State.SENDING
    server.on_send = None
    assert sending.send_due(now + timedelta(minutes=9)) == 0 and state() == State.SENDING
    assert sending.send_due(now + timedelta(minutes=11)) == 0 and state() == State.UNSURE
    assert sending.send_due(now + timedelta(days=3)) == 0 and server.arrived == []


def test_a_line_that_breaks_while_the_mail_is_handed_over_is_unsure(waiting, monkeypatch):
    Server(monkeypatch, on_send=smtplib.SMTPServerDisconnected("Connection unexpectedly closed"))
    sending.send_due(timezone.now() + SOON)
    assert state() == State.UNSURE


def test_without_a_server_nothing_is_queued(lan, settings):
    settings.MAIL_ON = False
    directive(lan)
    assert taken() == []


def test_in_the_language_of_the_person(waiting, lan):
    lan.language = "en"
    subject, text = letter.written(Notice.objects.select_related("user").get())
    assert "CD-7" in subject and "\n" not in subject
    lan.save()
    subject, text = letter.written(Notice.objects.select_related("user").get())
    assert text.startswith("Dear Trần Thị Lan") and "See" in text


def test_history_is_nobodys_news(lan):
    directive(lan, timezone.now() - timedelta(days=30))
    assert taken() == []


def test_the_oldest_that_is_due(waiting):
    assert sending.oldest() is None
    due = timezone.now() - timedelta(minutes=1)
    Mail.objects.update(next_at=due)
    assert sending.oldest() == due
