"""Rules over real figures: a replay finds what was planted, alerts follow the figures, leaders know; clusters."""

from datetime import date, timedelta
from decimal import Decimal

import pytest
from django.urls import reverse
from django.utils import timezone

from accounts.actors import Actor
from feedback import actions
from indicators import deliveries, owed
from indicators.answers import Parts
from indicators.models import Indicator, Notice, Target
from indicators.topics import TAKER
from live import feed
from signals import attention, clusters, replaying, topics, watching
from signals.models import Alert, AlertRule, Cluster, Known, Silence
from tests.city import SYSTEM, intake, unit
from tests.feedback.pages import read, signed_in

pytestmark = pytest.mark.django_db
FIRES = "fires"
LAST = owed.rule().before(owed.rule().at("month", timezone.now()))


def months(count):
    return [owed.rule().before(LAST, back) for back in range(count)][::-1]


def bring(period, number, code="760", flag="final", **more):
    one = Indicator.objects.get(code=FIRES)
    given = deliveries.Given(one.pk, unit(code).pk, period.start, one.versions.get(number=1).pk, Parts(Decimal(number)),
                             flag)
    deliveries.bring(deliveries.new(SYSTEM, door="api", **more), [given])
    feed.take_all(TAKER)


@pytest.fixture
def rule(cast):
    """More than 20 fires a month in one unit; of the last twelve months two had them."""
    for place, period in enumerate(months(12)):
        bring(period, 50 if place in (3, 8) else 5, is_history=True)
    made = AlertRule(code="fires-many", name_vi="Cháy nhiều", indicator=Indicator.objects.get(code=FIRES),
                     period_kind="month", scope="units", form="above", threshold=20, severity=3)
    made.full_clean()
    made.save()
    return made


def test_a_replay_finds_what_was_planted_and_is_kept(cast, rule, client):
    page = read(signed_in(client, cast.phuc).get(reverse("alert_rule", args=[rule.code])))
    assert "Đã báo 2 lần" in page and "chưa làm việc" in page
    at = reverse("activate_rule", args=[rule.code])
    assert signed_in(client, cast.ha).post(at).status_code == 404
    assert signed_in(client, cast.phuc).post(at).status_code == 302
    rule.refresh_from_db()
    assert rule.is_active and rule.activated_by == cast.phuc
    assert (rule.replay["count"], rule.replay["known"]) == (2, 12)
    told = rule.replay["alerts"]
    assert [one["value"] for one in told] == [50.0, 50.0] and {one["unit"] for one in told} == {"Quận 1"}
    answer = client.post(reverse("alert_rule", args=[rule.code]), {"code": "x"}, follow=True)
    assert "hãy ngừng trước khi sửa" in read(answer) and AlertRule.objects.get(pk=rule.pk).code == rule.code


def test_what_came_late_is_replayed_as_it_was_known(rule):
    period = months(12)[5]
    bring(period, 99)  # today: long after it was due
    assert [one.value for one in replaying.replay(rule, timezone.now()).alerts] == [50.0, 50.0]


def test_alerts_follow_the_figures_and_nobody_is_told_twice(cast, rule):
    now = timezone.now()
    watching.look(rule, now)
    assert not Alert.objects.exists()  # it does not work yet
    replaying.activate(Actor.person(cast.phuc), rule, now)
    watching.watch_rules(now)
    assert not Alert.objects.exists()  # what was over before is not told
    bring(LAST, 70)
    for _twice in range(2):
        watching.watch_rules(now)
    alert = Alert.objects.get()
    assert (alert.unit, alert.state, alert.value, alert.ended) == (unit("760"), "firing", 70.0, "")
    assert set(Notice.objects.filter(code="alert").values_list("user", flat=True)) == {
        cast.phuc.pk, cast.ha.pk, cast.minh.pk}
    bring(LAST, 4)
    watching.watch_rules(now)
    alert.refresh_from_db()
    assert (alert.state, alert.ended) == ("normal", "-")  # the figure was mended: it never was
    bring(LAST, 70)
    watching.watch_rules(now)
    replaying.stop(Actor.person(cast.phuc), rule)
    assert not Alert.objects.filter(ended="").exists()
    told = Notice.objects.filter(code="alert").count()
    Silence.objects.create(rule=rule, until=date(2100, 1, 1), reason="Diễn tập", user=cast.phuc, at=now)
    Alert.objects.all().delete()
    replaying.activate(Actor.person(cast.phuc), rule, now)
    watching.watch_rules(now)
    assert Alert.objects.exists() and Notice.objects.filter(code="alert").count() == told


def test_what_lasts_longer_than_is_looked_back_stays_one_alert(cast, rule, monkeypatch):
    now = timezone.now()
    for period in months(3):
        bring(period, 40)
    replaying.activate(Actor.person(cast.phuc), rule, now)
    watching.watch_rules(now)
    one = Alert.objects.get()
    monkeypatch.setattr(watching.readings, "LAST", 2)
    watching.watch_rules(now)
    assert [(alert.pk, alert.began, alert.ended) for alert in Alert.objects.all()] == [(one.pk, one.began, "")]


def test_figures_that_were_closed_take_their_alerts_along(cast, rule, client):
    now = timezone.now()
    replaying.activate(Actor.person(cast.phuc), rule, now)
    bring(LAST, 70)
    watching.watch_rules(now)
    Indicator.objects.filter(code=FIRES).update(access="restricted")
    watching.watch_rules(now + timedelta(minutes=5))
    topics.changed()
    assert "Cháy nhiều" not in read(signed_in(client, cast.sau).get(reverse("attention")))
    assert client.get(reverse("alert_rule", args=[rule.code])).status_code == 404


def test_a_rule_that_breaks_holds_up_no_other_and_says_so(cast, rule, client, monkeypatch):
    replaying.activate(Actor.person(cast.phuc), rule, timezone.now())
    other = AlertRule.objects.create(code="broken", name_vi="Hỏng", indicator=rule.indicator, period_kind="month",
                                     form="above", threshold=1, activated_at=timezone.now(), severity=3)
    bring(LAST, 70)
    seen = watching.readings.current
    monkeypatch.setattr(watching.readings, "current", lambda one, now: 1 / 0 if one == other else seen(one, now))
    watching.watch_rules(timezone.now())
    assert Alert.objects.get().rule == rule
    seen_by = {cast.phuc: reverse("alert_rules"), cast.ha: reverse("alert_rule", args=["broken"]),
               cast.quan: reverse("administration")}
    for person, address in seen_by.items():
        assert "không xét được" in read(signed_in(client, person).get(address)).lower(), address
    assert attention.of(Actor.person(cast.ha), timezone.now()).rules == 1
    since = watching.broken()[0].failed_at
    watching.watch_rules(timezone.now())
    assert [(one.fault, one.failed_at) for one in watching.broken()] == [("ZeroDivisionError", since)]
    monkeypatch.setattr(watching.readings, "current", seen)
    watching.watch_rules(timezone.now())
    assert not watching.broken()
    for person, address in seen_by.items():
        assert "không xét được" not in read(signed_in(client, person).get(address)).lower(), address


def test_a_silence_is_ended_by_who_may_set_one_and_stays_written(cast, rule, client):
    replaying.activate(Actor.person(cast.phuc), rule, timezone.now())
    at = reverse("alert_rule", args=[rule.code])
    silent = {"until": f"{timezone.localdate() + timedelta(days=30)}", "reason": "Diễn tập"}
    signed_in(client, cast.phuc).post(reverse("silence_rule", args=[rule.code]), silent)
    end = reverse("end_silence", args=[rule.code, rule.silences.get().pk])
    for person in (cast.ha, cast.sau, cast.lan, cast.quan):
        assert signed_in(client, person).post(end).status_code == 404
    assert "Cho báo lại" not in read(signed_in(client, cast.ha).get(at))
    assert "Cho báo lại" in read(signed_in(client, cast.phuc).get(at))
    bring(LAST, 70)
    watching.watch_rules(timezone.now())
    assert not any("Cháy nhiều" in row.sentence for row in attention.of(Actor.person(cast.ha), timezone.now()).rows)
    assert client.post(end).status_code == 302
    ended = rule.silences.get()
    assert ended.ended_by == cast.phuc
    assert any("Cháy nhiều" in row.sentence for row in attention.of(Actor.person(cast.ha), timezone.now()).rows)
    page = read(client.get(at))
    assert "Diễn tập" in page and "đã cho báo lại: Bùi Hồng Phúc" in page
    assert client.post(end).status_code == 302 and rule.silences.get().ended_at == ended.ended_at


def test_a_leader_sees_knows_and_sees_again_what_is_worse(cast, rule, client):
    now, leader = timezone.now(), Actor.person(cast.ha)
    replaying.activate(Actor.person(cast.phuc), rule, now)
    bring(LAST, 70)
    watching.watch_rules(now)
    row = attention.of(leader, now).rows[0]
    assert row.severity == 3 and row.is_new and "Cháy nhiều: Quận 1" in row.sentence
    page = read(signed_in(client, cast.ha).get(reverse("overview")))
    assert page.index("Cháy nhiều") < page.index("Tiếp nhận")
    assert not attention.of(leader, timezone.now()).rows[0].is_new  # the overview was looked at
    at = reverse("acknowledge_matter")
    assert signed_in(client, cast.phuc).post(at, {"key": row.key}).status_code == 404
    assert signed_in(client, cast.ha).post(at, {"key": row.key, "from": "overview"}).status_code == 302
    assert client.post(at, {"key": "rule:0"}).status_code == 302 and Known.objects.get().key == row.key
    seen = attention.of(leader, now)
    assert row.key not in [one.key for one in seen.rows] and [one.known.user for one in seen.known] == [cast.ha]
    bring(LAST, 90)  # worse in the place that is known
    watching.watch_rules(now)
    again = next(one for one in attention.of(leader, now).rows if one.key == row.key)
    assert again.known.user == cast.ha
    bring(LAST, 30, "778")  # another place is another matter
    watching.watch_rules(now)
    again = next(one for one in attention.of(leader, now).rows if "Cháy nhiều" in one.sentence)
    assert again.known is None and "Quận 7" in again.sentence
    asked = {"key": again.key, "viewer": cast.phuc.pk}
    assert client.post(reverse("ask_to_look"), asked).status_code == 302
    assert "giao Bùi Hồng Phúc xem" in read(client.get(reverse("attention")))
    assert Notice.objects.get(user=cast.phuc, code="asked_to_look").link == again.url
    silent = {"until": f"{timezone.localdate() + timedelta(days=30)}", "reason": "Diễn tập"}
    assert signed_in(client, cast.phuc).post(reverse("silence_rule", args=[rule.code]), silent).status_code == 302
    assert "Cháy nhiều" not in "".join(one.sentence for one in attention.of(leader, now).rows)


def test_nothing_out_of_the_usual_says_what_was_looked_at(cast, client):
    Target.objects.all().delete()
    page = read(signed_in(client, cast.ha).get(reverse("attention")))
    assert "Không có gì bất thường" in page and "Đã xét 0 quy tắc" in page
    for name in ("lan", "minh", "tu", "quan", "nobody"):
        for address in (reverse("attention"), reverse("alert_rules")):
            assert signed_in(client, getattr(cast, name)).get(address).status_code == 404, name


def test_many_reports_in_one_place_are_a_cluster_while_it_lasts(cast):
    Target.objects.all().delete()
    now = timezone.now()
    for minute in range(6):
        opened_at(now - timedelta(minutes=minute))
    opened_at(now - timedelta(minutes=3), lat=10.90, lon=106.50)  # elsewhere
    for _twice in range(2):
        clusters.watch(now)
    one = Cluster.objects.get()
    assert (one.tickets, one.unit, one.ended_at) == (6, unit("760"), None)
    assert "6 phản ánh trong 24 giờ" in attention.of(Actor.person(cast.ha), now).rows[0].sentence
    clusters.watch(now + timedelta(hours=30))
    one.refresh_from_db()
    assert one.ended_at and attention.of(Actor.person(cast.ha), now).rows == []


def test_what_is_usual_on_that_weekday_is_no_cluster(cast):
    now = timezone.now()
    for week in range(9):
        for minute in range(6):
            opened_at(now - timedelta(weeks=week, minutes=minute))
    assert clusters.find(now) == []


def opened_at(when, lat=10.7731, lon=106.7031):
    return actions.open_ticket(actor=SYSTEM, intake=intake(occurred_at=when, lat=lat, lon=lon))
