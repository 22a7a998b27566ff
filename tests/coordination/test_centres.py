"""Centres: who sees and keeps what; what is measured and what contradicts it; the roll-out with its forecast."""

from datetime import date, timedelta
from decimal import Decimal

import pytest
from django.contrib.auth import get_user_model
from django.db import connection as database
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from accounts.models import Membership
from coordination.centres import connection, registry, rollout
from coordination.centres.connection import State, Tone
from coordination.models import (
    Centre,
    CentreStatus,
    Change,
    ConnectionRule,
    Milestone,
    Rollout,
    Sign,
    Status,
    Step,
)
from districts.models import Unit
from live.models import Device
from tests.city import by, unit
from tests.feedback.pages import read, signed_in

pytestmark = pytest.mark.django_db
TODAY = timezone.localdate()
YEAR = TODAY.year


@pytest.fixture
def plan(cast):
    made = Rollout.objects.create(year=YEAR, name_vi="Kế hoạch năm", begins=date(YEAR, 1, 1), ends=date(YEAR, 12, 31))
    for place, (code, days) in enumerate([("decision", -60), ("accounts", -10), ("running", 20)], 1):
        Milestone.objects.create(rollout=made, code=code, position=place, name_vi=f"Mốc {code}", due=TODAY + timedelta(
            days=days), advice_vi=f"Hãy làm {code}.", measured="signed_in" if code == "accounts" else "")
    return made


def seen(user, **ago):
    get_user_model().objects.filter(pk=user.pk).update(last_login=timezone.now() - timedelta(**ago))


def said(code="760", status=Status.RUNNING, days=100, **facts):
    centre = Centre.objects.create(unit=unit(code), **facts)
    CentreStatus.objects.create(centre=centre, status=status, since=TODAY - timedelta(days=days), at=timezone.now())
    return centre


def measured(code="760"):
    own = unit(code)
    return connection.measure([own.pk], timezone.now())[own.pk]


ROLES = ["lan", "minh", "khoa", "tu", "sau", "ha", "phuc", "quan", "nobody"]
READ_ALL, OWN, KEEP, PLAN = {"sau", "ha", "phuc"}, {"lan", "minh"}, {"minh", "phuc"}, {"phuc"}
STATUS = {"status": "planned", "since": TODAY.isoformat(), "basis": "12/KH-UBND"}
STEP = {"done_on": TODAY.isoformat(), "blocked": "", "evidence": "5/BC"}


@pytest.mark.parametrize("name", ROLES)
def test_who_may_ask_for_what(cast, plan, client, name):
    """role × address × verb; a stranger is told that there is nothing."""
    signed_in(client, getattr(cast, name))
    q1, at = "quan-1", reverse
    reads = [(at("centres"), READ_ALL, OWN | {"khoa"}), (at("rollout"), READ_ALL, OWN | {"khoa"}),
             (at("centre", args=[q1]), READ_ALL | OWN, set()), (at("edit_centre", args=[q1]), KEEP, set()),
             (at("rollout_step", args=[q1, "accounts"]), KEEP, set()), (at("rollout_plan", args=[YEAR]), PLAN, set())]
    for address, allowed, sent_home in reads:
        answer = client.get(address)
        expected = 200 if name in allowed else 302 if name in sent_home else 404
        assert answer.status_code == expected, (name, address)
    writes = [(at("centre_status", args=[q1]), STATUS, KEEP), (at("edit_centre", args=[q1]), {"tenure": "own"}, KEEP),
              (at("rollout_step", args=[q1, "accounts"]), STEP, KEEP),
              (at("rollout_plan", args=[YEAR]), {"code": "new", "position": 9, "name_vi": "Mốc", "advice_vi": "Làm",
                                                 "due": f"{YEAR}-12-01"}, PLAN),
              (at("new_rollout"), {"year": YEAR + 1, "name_vi": "Sang năm", "begins": f"{YEAR + 1}-01-01",
                                   "ends": f"{YEAR + 1}-12-31"}, PLAN)]
    for address, given, allowed in writes:
        assert client.post(address, given).status_code == (302 if name in allowed else 404), (name, address)
    assert Centre.objects.exists() == (name in KEEP)
    assert Rollout.objects.filter(year=YEAR + 1).exists() == (name in PLAN)


def test_strangers_are_sent_to_sign_in(cast, plan, client):
    assert client.get(reverse("centre", args=["quan-1"])).status_code == 302
    assert client.post(reverse("centre_status", args=["quan-1"]), STATUS).status_code == 302
    assert not Centre.objects.exists()


def test_what_is_declared_is_kept_with_what_it_was_before(cast, client):
    signed_in(client, cast.minh)
    address = reverse("edit_centre", args=["quan-1"])
    for cameras in (100, 120):
        assert client.post(address, {"tenure": "own", "cameras": cameras, "head": "Lê Văn Minh"}).status_code == 302
    newest = Change.objects.first()
    assert newest.user == cast.minh
    assert (newest.before, newest.after) == ({"cameras": 100}, {"cameras": 120})
    assert client.post(address, {"tenure": "own", "cameras": 120, "head": "Lê Văn Minh"}).status_code == 302
    assert Change.objects.count() == 2  # nothing differed
    answer = client.post(address, {"tenure": "leased", "cameras": 5, "cameras_online": 9})
    assert answer.status_code == 422
    assert "không thể nhiều hơn" in read(answer) and "thuê của ai" in read(answer)
    assert Centre.objects.get().cameras == 120


def test_a_status_is_followed_never_changed(cast, client):
    signed_in(client, cast.minh)
    address = reverse("centre_status", args=["quan-1"])
    client.post(address, STATUS | {"since": (TODAY - timedelta(days=40)).isoformat()})
    client.post(address, STATUS | {"status": "running"})
    assert [one.status for one in CentreStatus.objects.all()] == ["running", "planned"]
    assert registry.statuses([unit("760").pk], TODAY - timedelta(days=3))[unit("760").pk].status == "planned"
    client.post(address, STATUS | {"status": "running", "basis": ""})
    client.post(address, STATUS | {"since": (TODAY + timedelta(days=1)).isoformat()})
    assert CentreStatus.objects.count() == 2


def test_connected_is_measured_from_what_people_did(cast):
    assert measured().state == State.LOST  # nobody was ever here, nothing came
    assert "chưa lần nào" in measured().reason
    seen(cast.lan, days=2)
    assert measured().reading(Sign.SIGNED_IN).tone == Tone.GOOD
    assert measured("778").reading(Sign.SIGNED_IN).tone == Tone.BAD  # another unit's people
    seen(cast.lan, days=12)
    assert measured().reading(Sign.SIGNED_IN).tone == Tone.FAIR
    seen(cast.lan, days=31)
    assert measured().reading(Sign.SIGNED_IN).tone == Tone.BAD


def test_thresholds_are_rows(cast):
    seen(cast.lan, days=12)
    ConnectionRule.objects.filter(sign=Sign.SIGNED_IN).update(good=Decimal(20))
    assert measured().reading(Sign.SIGNED_IN).tone == Tone.GOOD


def test_who_left_the_unit_does_not_connect_it(cast):
    seen(cast.lan, days=1)
    Membership.objects.filter(user=cast.lan).update(valid_to=TODAY - timedelta(days=1))
    assert measured().reading(Sign.SIGNED_IN).tone == Tone.BAD


def test_a_wall_that_there_is_must_be_heard_of(cast):
    assert measured().reading(Sign.WALL).tone == Tone.NOT_ASKED
    device = Device.objects.create(name="Sảnh", unit=unit("760"))
    assert measured().reading(Sign.WALL).tone == Tone.BAD
    Device.objects.filter(pk=device.pk).update(last_seen_at=timezone.now())
    assert measured().reading(Sign.WALL).tone == Tone.GOOD


def test_a_claim_that_contradicts_what_is_seen_stands_beside_it(cast, client):
    said()
    seen(cast.lan, days=45)
    page = read(signed_in(client, cast.ha).get(reverse("centres")))
    assert "Khai “vận hành” từ" in page and "cán bộ đăng nhập lần cuối: 1,5 tháng trước" in page.replace(
        "45 ngày trước", "1,5 tháng trước")
    seen(cast.lan, days=1)
    row, = registry.board([unit("760")], timezone.now())
    assert not any("đăng nhập" in told for told in row.contradictions)


def test_a_lease_is_warned_of_before_it_ends(cast):
    centre = said(tenure="leased", lessor="Bên cho thuê", leased_until=TODAY + timedelta(days=90))
    board = registry.board([unit("760")], timezone.now())
    assert "còn 90 ngày" in board[0].lease
    Centre.objects.filter(pk=centre.pk).update(leased_until=TODAY + timedelta(days=91))
    assert not registry.board([unit("760")], timezone.now())[0].lease
    Centre.objects.filter(pk=centre.pk).update(leased_until=TODAY - timedelta(days=3))
    row, = registry.board([unit("760")], timezone.now())
    assert "đã hết 3 ngày" in row.lease
    assert any("hợp đồng thuê đã hết" in told for told in row.contradictions)


def test_the_registry_asks_as_much_for_all_as_for_one(cast):
    asked = registry.units()
    assert len(asked) == 22
    registry.board(asked, timezone.now())  # fills the caches of catalogues
    with CaptureQueriesContext(database, ) as one:
        registry.board(asked[:1], timezone.now())
    with CaptureQueriesContext(database) as all_:
        registry.board(asked, timezone.now())
    assert len(all_) <= len(one) + 1


def line(plan, code="760", pace=90):
    return rollout.board(plan, [unit(code)], TODAY, pace).lines[0]


def test_a_roll_out_knows_who_is_late_what_blocks_and_what_is_next(cast, plan):
    decision, accounts, running = plan.milestones.all()
    assert [cell.is_late for cell in line(plan).cells] == [True, True, False]
    rollout.keep_step(by(cast.minh), decision, unit("760"), {"done_on": TODAY, "blocked": "", "evidence": "1/QĐ"})
    rollout.keep_step(by(cast.minh), accounts, unit("760"), {"done_on": None, "blocked": "Thiếu người", "evidence": ""})
    own = line(plan)
    assert own.next.milestone == accounts and own.advice == "Hãy làm accounts."
    assert own.next.is_late and own.blocked == [own.next]
    rollout.keep_step(by(cast.phuc), accounts, unit("760"), {"due": TODAY + timedelta(days=5)})
    assert not line(plan).late
    assert Change.objects.filter(about="rollout", user=cast.phuc).get().after == {
        "due": (TODAY + timedelta(days=5)).isoformat()}
    with pytest.raises(PermissionError):
        rollout.keep_step(by(cast.minh), running, unit("760"), {"due": TODAY})
    with pytest.raises(PermissionError):
        rollout.keep_step(by(cast.khoa), running, unit("760"), {"done_on": TODAY})


def test_the_forecast_goes_by_the_present_pace(cast, plan):
    begun = max((TODAY - plan.begins).days, 1)
    window = min(90, begun)
    found = rollout.board(plan, [unit("760"), unit("778")], TODAY, 90)
    assert found.forecast.ends is None and "không hoàn thành" in found.forecast.sentence
    decision = plan.milestones.get(code="decision")
    for code in ("760", "778"):
        Step.objects.create(milestone=decision, unit=unit(code), done_on=TODAY)
    found = rollout.board(plan, [unit("760"), unit("778")], TODAY, 90)
    assert found.forecast.ends == TODAY + timedelta(days=4 * window // 2)  # four left, two in the window
    assert [(done, late) for _one, done, late in found.counts()] == [(2, 0), (0, 2), (0, 0)]


def test_a_step_said_to_be_done_is_held_against_what_is_seen(cast, plan):
    accounts = plan.milestones.get(code="accounts")
    Step.objects.create(milestone=accounts, unit=unit("760"), done_on=TODAY)
    own = [unit("760")]

    def cell():
        seen_now = connection.measure([own[0].pk], timezone.now())
        return rollout.board(plan, own, TODAY, 90, seen_now).lines[0].cells[1]

    assert "hệ thống thấy" in cell().words and cell().tone == "warn"
    seen(cast.lan, days=1)
    assert cell().tone == "ok"


def test_a_new_year_takes_the_milestones_along(cast, plan, client):
    signed_in(client, cast.phuc).post(reverse("new_rollout"), {
        "year": YEAR + 1, "name_vi": "Năm sau", "begins": f"{YEAR + 1}-01-01", "ends": f"{YEAR + 1}-12-31"})
    made = Rollout.objects.get(year=YEAR + 1)
    before = {one.code: (one.due - plan.begins).days for one in plan.milestones.all()}
    after = {one.code: (one.due - made.begins).days for one in made.milestones.all()}
    assert before.keys() == after.keys()
    assert all(after[code] == min(before[code], (made.ends - made.begins).days) for code in before)


def test_leaders_see_the_tiles_and_units_their_next_step(cast, plan, client):
    page = signed_in(client, cast.ha).get(reverse("rollout"))
    assert page.content.decode().count('class="tile-shape') == Unit.objects.in_force().areas().count()
    page = read(signed_in(client, cast.lan).get(reverse("centre", args=["quan-1"])))
    assert "Việc tiếp theo : Mốc decision" in page.replace("tiếp theo:", "tiếp theo :") and "Hãy làm decision." in page
