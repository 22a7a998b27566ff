"""What nobody asked for and has to be told all the same: leases that end, opinions that are late, alerts in the duty
log. Looking again tells nobody twice."""

from datetime import UTC, date, datetime, timedelta

import pytest
from django.utils import timezone

from coordination.centres import leases
from coordination.directives import board, weekly
from coordination.incidents import alerts
from coordination.investments import overdue
from coordination.models import Centre, Consultation, DutyLine, Recipient
from districts.models import Unit
from indicators.models import Indicator, Notice
from live import feed
from signals import watching
from signals.models import Alert, AlertRule
from tests.city import unit
from tests.coordination.test_centres import said
from tests.coordination.test_directives import moved, row, sent
from tests.coordination.test_investments import submitted
from tests.signals.test_signals import bring, months

pytestmark = pytest.mark.django_db


def told(person, code):
    return [(one.read_at, one.at) for one in Notice.objects.filter(user=person, code=code)]


def test_a_lease_that_ends_is_told_once_and_once_more_when_it_has(cast):
    today, now = timezone.localdate(), timezone.now()
    centre = said(tenure="leased", lessor="Bên cho thuê", leased_until=today + timedelta(days=91))
    leases.remind(now)
    assert not told(cast.minh, "lease")
    Centre.objects.filter(pk=centre.pk).update(leased_until=today + timedelta(days=90))
    for _again in range(3):
        leases.remind(now)
        Notice.objects.filter(user=cast.minh).update(read_at=now)
    (seen,) = told(cast.minh, "lease")
    assert seen[0] == now and len(told(cast.phuc, "lease")) == 1  # read, and not unread again
    assert not told(cast.lan, "lease") and not told(cast.khoa, "lease")
    Centre.objects.filter(pk=centre.pk).update(leased_until=today - timedelta(days=1))
    leases.remind(now)
    leases.remind(now)
    assert len(told(cast.minh, "lease")) == 2
    words = [leases.words(one) for one in Notice.objects.filter(user=cast.minh, code="lease")]
    assert any("đã hết hạn" in one for one in words) and all("Quận 1" in one for one in words)


def test_centres_of_their_own_or_of_units_that_are_no_more_have_no_lease(cast):
    today = timezone.localdate()
    centre = said(tenure="own", leased_until=today)
    leases.remind(timezone.now())
    Centre.objects.filter(pk=centre.pk).update(tenure="leased", lessor="Bên cho thuê")
    Unit.objects.filter(pk=centre.unit_id).update(valid_to=date(2024, 12, 31))  # within the map in force
    leases.remind(timezone.now())
    assert not Notice.objects.filter(code="lease").exists()


def test_a_late_opinion_is_told_once_for_each_term(cast):
    asked = submitted(cast)
    overdue.remind(asked.due_at)
    assert not told(cast.phuc, "opinion")
    for _again in range(2):
        overdue.remind(asked.due_at + timedelta(minutes=1))
    assert len(told(cast.phuc, "opinion")) == 1 and not told(cast.minh, "opinion")
    Consultation.objects.filter(pk=asked.pk).update(due_at=asked.due_at + timedelta(days=3))  # the clock had stood
    overdue.remind(asked.due_at + timedelta(days=4))
    assert len(told(cast.phuc, "opinion")) == 2
    Consultation.objects.filter(pk=asked.pk).update(state="withdrawn")
    overdue.remind(asked.due_at + timedelta(days=9))
    assert len(told(cast.phuc, "opinion")) == 2
    assert "Quá hạn cho ý kiến" in overdue.words(Notice.objects.filter(code="opinion").first())


def test_alerts_enter_the_duty_log_once(cast):
    rule = AlertRule.objects.create(
        code="fires-many", name_vi="Cháy nhiều", indicator=Indicator.objects.get(code="fires"), period_kind="month",
        scope="units", form="above", threshold=20, severity=3, activated_at=timezone.now() - timedelta(days=400))
    for code in ("760", "778"):
        bring(months(1)[0], 50, code=code)
    for _again in range(2):
        watching.look(rule, timezone.now())
        feed.take_all("duty-log")
    assert Alert.objects.filter(rule=rule).count() == 2
    line = DutyLine.objects.get()
    assert line.text == "Cảnh báo: Cháy nhiều: Quận 1, Quận 7" and line.url and line.user is None


def test_many_places_of_a_rule_are_one_line_that_counts_them(cast, monkeypatch):
    monkeypatch.setattr(alerts, "NAMED", 1)
    rule = AlertRule.objects.create(
        code="many", name_vi="Nhiều", indicator=Indicator.objects.get(code="fires"), period_kind="month",
        scope="units", form="above", threshold=20, severity=2)
    rows = [Alert.objects.create(rule=rule, unit=unit(code), began="2026-10", state="firing",
                                 first_at=timezone.now(), changed_at=timezone.now()) for code in ("760", "778")]
    alerts.take([feed.Change("alert", one.pk, timezone.now()) for one in rows])
    assert DutyLine.objects.get().text.endswith("(+1)")


def test_what_is_long_overdue_is_one_line_a_week_for_both_sides(cast):
    monday = datetime(2026, 11, 30, 1, 30, tzinfo=UTC)  # half past eight in the city
    for _each in range(2):
        life = row(sent(cast.ha))
        Recipient.objects.filter(pk=life.pk).update(due_at=monday - timedelta(days=20))
    fresh = row(sent(cast.ha))
    Recipient.objects.filter(pk=fresh.pk).update(due_at=monday - timedelta(days=13))
    weekly.tell(monday - timedelta(hours=1))  # of the week before: it was told then, or never
    Notice.objects.all().delete()
    for hours in (0, 5, 100):
        weekly.tell(monday + timedelta(hours=hours))
        Notice.objects.update(read_at=monday)
    assert [weekly.words(one) for one in Notice.objects.filter(user=cast.minh)] == [
        "Đơn vị có 2 việc quá hạn trên 14 ngày."]
    assert [one.read_at for one in Notice.objects.filter(user=cast.ha)] == [monday] and not told(cast.lan, "weekly")
    weekly.tell(monday + timedelta(days=7))
    assert len(told(cast.ha, "weekly")) == 2 and len(told(cast.minh, "weekly")) == 2
    Recipient.objects.update(reported_at=monday)  # the sender has it
    weekly.tell(monday + timedelta(days=14))
    assert len(told(cast.minh, "weekly")) == 2


def test_how_often_a_unit_gives_tasks_back_is_counted(cast):
    life = row(sent(cast.ha))
    moved(cast.minh, life, "refuse")
    moved(cast.ha, life, "insist")
    moved(cast.minh, life, "refuse")
    now = timezone.now()
    (found,) = board.discipline(board.year_back(now), now)
    assert (found.unit, found.asked, found.refused) == (unit("760"), 1, 2)


def test_of_many_recipients_only_what_needs_somebody_stands_open(client, cast):
    codes = list(Unit.objects.in_force().filter(kind=unit("760").kind).values_list("code", flat=True)[:12])
    asked = sent(cast.ha, lead=tuple(codes))
    client.force_login(cast.ha)
    page = client.get(f"/chi-dao/{asked.pk}/").content.decode()
    assert page.count('class="card stack life') == 0 and page.count("?mo=") == 12
    moved(cast.minh, row(asked), "refuse")
    page = client.get(f"/chi-dao/{asked.pk}/").content.decode()
    assert page.count('class="card stack life') == 1  # it waits for the sender
    other = row(asked, codes[-1])
    page = client.get(f"/chi-dao/{asked.pk}/?mo={other.pk}").content.decode()
    assert page.count('class="card stack life') == 2 and f"&amp;mo={other.pk}" in page
    client.force_login(cast.minh)
    assert client.get(f"/chi-dao/{asked.pk}/").content.decode().count('class="card stack life') == 1


