"""The register and its consultations: who may what, baselines for ever, candidates both ways, the clock, the
opinion."""

from datetime import UTC, date, datetime, timedelta

import pytest
from django.db import connection as database
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from coordination.investments import consulting, likeness, register
from coordination.investments.consulting import MOVES, NotNow
from coordination.models import (
    Baseline,
    Candidate,
    Change,
    Component,
    Consultation,
    Directive,
    Item,
    MatchRule,
    Tier,
)
from tests.city import by, unit
from tests.feedback.pages import read, signed_in

pytestmark = pytest.mark.django_db
State = Consultation.State
TODAY = timezone.localdate()
GATE = dict.fromkeys(consulting.GATE, "Đã có.") | {"risks": []}
MONDAY = datetime(2026, 11, 16, 2, tzinfo=UTC)


def made(code="760", name="Lắp camera giám sát an ninh tại trường học", component="cameras", cost=100_000_000,
         state=Item.State.PLANNED, **more):
    item = Item(unit=unit(code), name=name, purpose=more.pop("purpose", "Giữ an ninh trường học."),
                component=Component.objects.get(code=component), starts=more.pop("starts", date(2026, 3, 1)),
                ends=more.pop("ends", date(2026, 12, 31)), cost=cost, state=state, updated_at=timezone.now(), **more)
    register.fold(item)
    item.save()
    return item


def typed(**more):
    return {"unit": unit("760").pk, "name": "Wifi công viên", "purpose": "Cho dân dùng.", "starts": "2026-01-01",
            "component": Component.objects.get(code="wifi").pk, "ends": "2026-12-31", "cost": "50000000"} | more


def submitted(cast, item=None, now=MONDAY):
    row = consulting.begin(by(cast.lan), item or made(component="wifi", name="Wifi công viên"), now)
    consulting.save(by(cast.lan), row, GATE, now)
    consulting.submit(by(cast.minh), row, now)
    row.refresh_from_db()
    return row


# Rights


ROLES = ["lan", "minh", "khoa", "tu", "sau", "ha", "phuc", "quan", "nobody"]
READ = {"lan", "minh", "khoa", "sau", "ha", "phuc"}
OWN, KEEP = {"lan", "minh", "phuc"}, {"minh", "phuc"}
SPEAKS, LEADS = {"lan", "minh"}, {"minh"}  # whoever gives opinions speaks for no unit
REPORT = {"report-state": "running", "report-spent": "1", "report-done_percent": "5", "report-owner_rating": "",
          "report-owner_remark": ""}
PLAN = {"plan-cost": "1", "plan-starts": "2026-01-01", "plan-ends": "2026-12-31", "plan-reason": "Đổi"}
FUND = {"fund-source": "city", "fund-pledged": "5", "fund-received": "1"}


@pytest.mark.parametrize("name", ROLES)
def test_who_may_ask_for_what(cast, client, name):
    """role × address × verb; a stranger is told that there is nothing."""
    signed_in(client, getattr(cast, name))
    item, draft = made(), made(state=Item.State.DRAFT, name="Nháp")
    row = consulting.begin(by(cast.lan), draft)
    reads = [(reverse("investments"), READ), (reverse("investment_board"), READ), (reverse("consultations"), READ),
             (reverse("investment", args=[item.pk]), READ), (reverse("investment", args=[draft.pk]), OWN),
             (reverse("edit_investment", args=[item.pk]), KEEP), (reverse("edit_investment", args=[draft.pk]), OWN),
             (reverse("new_investment"), OWN | {"khoa"}), (reverse("consultation", args=[row.pk]), OWN),
             (reverse("investment_file"), OWN | {"khoa"}), (reverse("investments_as", args=["csv"]), READ),
             (reverse("investments_as", args=["xlsx"]), READ)]
    for address, allowed in reads:
        assert client.get(address).status_code == (200 if name in allowed else 404), (name, address)
    acts = [("report", REPORT, LEADS), ("fund", FUND, KEEP), ("plan", PLAN, KEEP),
            ("judge", {"judge-independent_rating": "good", "judge-independent_remark": "Xem rồi"}, {"phuc"}),
            ("leave", {"leave-reason": "Thôi"}, KEEP)]
    for verb, given, allowed in acts:
        answer = client.post(reverse("act_on_investment", args=[item.pk, verb]), given)
        assert answer.status_code == (302 if name in allowed else 404), (name, verb)
    writes = [(reverse("act_on_investment", args=[draft.pk, "confirm"]), {}, KEEP),
              (reverse("begin_consultation", args=[draft.pk]), {}, SPEAKS),
              (reverse("move_consultation", args=[row.pk, "save"]), GATE, SPEAKS),
              (reverse("move_consultation", args=[row.pk, "submit"]), {}, LEADS),
              (reverse("new_investment"), typed(), {"lan", "minh", "phuc"})]
    for address, given, allowed in writes:
        answer = client.post(address, given)
        expected = {302} if name in allowed else {404, 422} if address == reverse("new_investment") else {404}
        assert answer.status_code in expected, (name, address, answer.status_code)


def test_strangers_are_sent_to_sign_in(cast, client):
    item = made()
    assert client.get(reverse("investments")).status_code == 302
    assert client.post(reverse("act_on_investment", args=[item.pk, "leave"]), {"leave-reason": "x"}).status_code == 302
    item.refresh_from_db()
    assert item.state == Item.State.PLANNED


@pytest.mark.parametrize(("name", "sees"), [("lan", True), ("phuc", True), ("ha", True), ("khoa", False)])
def test_offers_and_conflicts_are_hidden_from_other_units(cast, client, name, sees):
    item = made(supplier="Công ty Bí Mật")
    item.funding.create(source="social", giver="Nhà Tài Trợ", pledged=5, conflict="Đang dự thầu gói khác.")
    signed_in(client, getattr(cast, name))
    for address in (reverse("investment", args=[item.pk]), reverse("investments_as", args=["csv"])):
        text = client.get(address).content.decode()
        assert ("Bí Mật" in text) == sees, address
        assert "Nhà Tài Trợ" not in text or sees
        assert "dự thầu" not in text or sees
        assert "camera giám sát" in text


# The register


def test_the_first_baseline_stays_and_a_new_one_needs_its_reason(cast, client):
    signed_in(client, cast.minh)
    client.post(reverse("new_investment"), typed())
    item = Item.objects.get()
    assert item.state == Item.State.DRAFT and not item.baselines.exists()
    client.post(reverse("act_on_investment", args=[item.pk, "confirm"]))
    client.post(reverse("act_on_investment", args=[item.pk, "plan"]), PLAN | {"plan-reason": ""})
    assert Baseline.objects.count() == 1
    client.post(reverse("act_on_investment", args=[item.pk, "plan"]), PLAN | {"plan-cost": "70000000"})
    first, second = item.baselines.all()
    assert (first.number, first.cost, second.number, second.cost, second.reason) == (1, 50_000_000, 2, 70_000_000,
                                                                                     "Đổi")
    client.post(reverse("edit_investment", args=[item.pk]), typed(cost="1", name="Wifi miễn phí công viên"))
    item.refresh_from_db()
    assert (item.cost, item.name) == (70_000_000, "Wifi miễn phí công viên")
    assert Baseline.objects.count() == 2


def test_what_is_left_stays_listed_with_its_reason(cast, client):
    item = made()
    signed_in(client, cast.minh)
    client.post(reverse("act_on_investment", args=[item.pk, "leave"]), {"leave-reason": ""})
    item.refresh_from_db()
    assert item.state == Item.State.PLANNED
    client.post(reverse("act_on_investment", args=[item.pk, "leave"]), {"leave-reason": "Hết nhu cầu"})
    assert "Hết nhu cầu" in read(client.get(reverse("investment", args=[item.pk])))
    assert "camera giám sát" in read(client.get(reverse("investments")))
    for verb, given in (("plan", PLAN), ("report", REPORT)):
        assert client.post(reverse("act_on_investment", args=[item.pk, verb]), given).status_code == 404


def test_every_write_is_logged_with_what_it_was(cast, client):
    item = made()
    signed_in(client, cast.minh)
    client.post(reverse("act_on_investment", args=[item.pk, "report"]), REPORT | {"report-done_percent": "40"})
    change = Change.objects.get(about="investment")
    assert (change.user, change.before["done_percent"], change.after["done_percent"]) == (cast.minh, 0, 40)


def test_social_money_names_its_giver_and_conflicts(cast, client):
    item = made()
    signed_in(client, cast.minh)
    client.post(reverse("act_on_investment", args=[item.pk, "fund"]), FUND | {"fund-source": "social"})
    assert not item.funding.exists()
    client.post(reverse("act_on_investment", args=[item.pk, "fund"]), FUND | {
        "fund-source": "social", "fund-giver": "Ngân hàng", "fund-conflict": "Không"})
    assert item.funding.get().conflict == "Không"


# What exists already


SCHOOLS = "Trang bị camera giám sát an ninh tại trường học"
PAIRS = [(SCHOOLS, "lap may quay theo doi an ninh trat tu cho co so giao duc", 1),
         ("Phần mềm quản lý hộ kinh doanh", "Ứng dụng theo dõi cơ sở kinh doanh", 1),
         (SCHOOLS, "Trang bị camera giám sát an ninh tại chung cư", 0),
         ("Phần mềm quản lý hộ kinh doanh", "Phần mềm quản lý chung cư", 0)]


@pytest.mark.parametrize(("one", "other", "alike"), PAIRS)
def test_other_words_are_found_and_other_matters_are_not_both_ways(cast, one, other, alike):
    component = "cameras" if "camera" in one else "management-software"
    first, second = (made(code, name, component, purpose=name) for code, name in (("760", one), ("778", other)))
    found = [[pk for pk, _how in likeness.candidates(item)] for item in (first, second)]
    assert found == ([[second.pk], [first.pk]] if alike else [[], []])


def test_the_score_is_the_same_whoever_asks(cast):
    items = [made(name=name, component=code, starts=date(2026, month, 1), ends=date(2026 + years, month, 20),
                  place=place) for name, code, month, years, place in [
                 ("Camera an ninh chợ", "cameras", 1, 0, "Quận 1"), ("May quay an ninh cho", "cameras", 3, 1, ""),
                 ("Phân tích hình ảnh camera chợ", "video-ai", 6, 1, "Quận 1"), ("Wifi chợ", "wifi", 2, 0, "Quận 3"),
                 ("Camera chợ truyền thống", "cameras", 12, 2, "toàn Thành phố")]]
    scale = likeness.Scale.of_city()
    facts = [likeness.facts(item) for item in items]
    assert all(scale.compare(a, b) == scale.compare(b, a) for a in facts for b in facts)
    found = {item.pk: {pk for pk, _how in likeness.candidates(item)} for item in items}
    assert all((b in found[a]) == (a in found[b]) for a in found for b in found)
    assert any(found.values())


def test_thresholds_and_words_are_rows(cast):
    first, second = made(), made("778", "Camera giám sát an ninh cho nhà trường")
    assert [pk for pk, _how in likeness.candidates(first)] == [second.pk]
    MatchRule.objects.update(threshold=1.01)
    assert not likeness.candidates(first)


def test_years_apart_are_no_duplicates(cast):
    first = made()
    made("778", starts=date(2029, 1, 1), ends=date(2029, 12, 31))
    assert not likeness.candidates(first)


# Consultations


def test_what_looks_alike_must_be_answered_before_it_is_sent(cast, client):
    other = made("778", "Camera giám sát an ninh cho nhà trường")
    row = consulting.begin(by(cast.lan), made())
    consulting.save(by(cast.lan), row, GATE)
    with pytest.raises(NotNow):
        consulting.submit(by(cast.minh), row)
    found = row.candidates.get(item=other)  # written down although it was not sent
    assert any("câu chữ giống" in why for why in found.why) and any("cùng thành phần" in why for why in found.why)
    signed_in(client, cast.lan)
    address = reverse("answer_candidate", args=[row.pk, found.pk])
    client.post(address, {f"c{found.pk}-answer": "different", f"c{found.pk}-reason": ""})
    found.refresh_from_db()
    assert not found.answer
    client.post(address, {f"c{found.pk}-answer": "join", f"c{found.pk}-saving": "30000000"})
    consulting.submit(by(cast.minh), row)
    row.refresh_from_db()
    assert row.state == State.SUBMITTED and row.tier.code == "small"
    assert "30 triệu đồng" in read(signed_in(client, cast.ha).get(reverse("investment_board")))


def test_a_shared_component_is_a_candidate_of_its_own(cast):
    row = consulting.begin(by(cast.lan), made(name="Kênh góp ý", component="hotline"))
    consulting.save(by(cast.lan), row, GATE)
    with pytest.raises(NotNow):
        consulting.submit(by(cast.minh), row)
    shared = {one.component.code: one.score for one in Candidate.objects.filter(component__isnull=False)}
    assert shared == {"hotline": 1.0, "citizen-apps": 0.5}


@pytest.mark.parametrize(("cost", "risks", "tier"), [
    (100_000_000, 0, "small"), (100_000_000, 2, "medium"), (500_000_000, 0, "medium"), (499_999_999, 1, "small"),
    (100_000_000, 4, "large"), (5_000_000_000, 0, "large")])
def test_costs_and_risks_decide_how_deep(cast, cost, risks, tier):
    from coordination.models import Risk

    row = consulting.begin(by(cast.lan), made(component="wifi", cost=cost))
    consulting.save(by(cast.lan), row, GATE | {"risks": list(Risk.objects.all()[:risks])})
    assert consulting.tier(row).code == tier


def test_five_questions_and_a_confirmed_item(cast):
    row = consulting.begin(by(cast.lan), made(component="wifi", state=Item.State.DRAFT))
    with pytest.raises(NotNow, match="Xác nhận"):
        consulting.submit(by(cast.minh), row)
    register.confirm(by(cast.minh), row.item)
    with pytest.raises(NotNow, match="năm câu hỏi"):
        consulting.submit(by(cast.minh), row)


def test_the_clock_stands_while_more_is_asked_for(cast):
    row = submitted(cast)
    assert row.due_at == datetime(2026, 11, 19, 10, tzinfo=UTC)  # three working days later, at the end of the day
    asked, back = MONDAY + timedelta(days=1), MONDAY + timedelta(days=4)
    consulting.ask(by(cast.phuc), row, "Chi phí ba năm?", asked)
    row.refresh_from_db()
    assert not consulting.is_overdue(row, MONDAY + timedelta(days=30))
    consulting.add(by(cast.minh), row, "Đây.", back)
    row.refresh_from_db()
    assert row.due_at == datetime(2026, 11, 25, 10, tzinfo=UTC)  # three days later; the 24th is a holiday
    assert consulting.is_overdue(row, row.due_at + timedelta(seconds=1)) and not consulting.is_overdue(row, row.due_at)


def test_who_the_tier_names_signs(cast):
    given = {"opinion": "agree", "reasons": "Được."}
    row = submitted(cast, made(component="wifi", cost=9_000_000_000))
    assert row.tier.code == "large"
    consulting.propose(by(cast.phuc), row, given)
    with pytest.raises(PermissionError):
        consulting.decide(by(cast.phuc), row, given)
    with pytest.raises(PermissionError):
        consulting.decide(by(cast.minh), row, given)
    consulting.decide(by(cast.ha), row, given)
    row.refresh_from_db()
    assert (row.state, row.decided_by, row.proposed_by) == (State.DECIDED, cast.ha, cast.phuc)


def test_conditions_have_terms(cast, client):
    row = submitted(cast)
    signed_in(client, cast.phuc)
    address = reverse("move_consultation", args=[row.pk, "decide"])
    client.post(address, {"decide-opinion": "conditions", "decide-reasons": "Vì", "decide-conditions": ""})
    client.post(address, {"decide-opinion": "join", "decide-reasons": "Vì"})
    row.refresh_from_db()
    assert row.state == State.SUBMITTED
    client.post(address, {"decide-opinion": "conditions", "decide-reasons": "Vì", "decide-conditions": "Một\nHai",
                          "decide-conditions_due": (TODAY + timedelta(days=9)).isoformat()})
    assert [one.text for one in row.conditions.all()] == ["Một", "Hai"]


def test_conditions_become_directives_of_whoever_gives_them(cast, client):
    given = {"opinion": "conditions", "reasons": "Vì", "conditions": "Dùng chuẩn mở\nBáo cáo sau sáu tháng",
             "conditions_due": TODAY + timedelta(days=40)}
    row = submitted(cast)
    consulting.decide(by(cast.phuc), row, given)
    assert not Directive.objects.exists()  # the department gives no directives: they wait for somebody who does
    address = reverse("move_consultation", args=[row.pk, "direct"])
    assert signed_in(client, cast.phuc).post(address).status_code == 404
    assert signed_in(client, cast.ha).post(address).status_code == 302
    sent = Directive.objects.order_by("pk")
    assert [one.title for one in sent] == ["Dùng chuẩn mở", "Báo cáo sau sáu tháng"]
    assert {life.unit for one in sent for life in one.recipients.all()} == {unit("760")}
    assert set(row.conditions.values_list("directive", flat=True)) == {one.pk for one in sent}
    assert client.post(address).status_code == 404  # not twice
    large = submitted(cast, made(component="wifi", cost=9_000_000_000))
    consulting.decide(by(cast.ha), large, given)
    assert Directive.objects.count() == 4  # at once, where a leader signs


def test_withdrawn_after_the_opinion_is_answered_clearly(cast, client):
    row = submitted(cast)
    consulting.decide(by(cast.phuc), row, {"opinion": "agree", "reasons": "Được."})
    consulting.withdraw(by(cast.minh), row, "Hết vốn")
    page = read(signed_in(client, cast.minh).get(reverse("consultation", args=[row.pk])))
    assert "Hết vốn" in page and "không còn hiệu lực" in page and "Được." in page
    assert consulting.begin(by(cast.minh), row.item).pk != row.pk  # a new one may follow


def brought_to(cast, state):
    row = submitted(cast) if state != State.DRAFT else consulting.begin(by(cast.lan), made(component="wifi"))
    if state == State.ASKED:
        consulting.ask(by(cast.phuc), row, "?")
    if state in (State.DECIDED, State.FOLLOWED):
        consulting.decide(by(cast.phuc), row, {"opinion": "agree", "reasons": "Được."})
    if state == State.FOLLOWED:
        consulting.follow(by(cast.minh), row, "Xong")
    if state == State.WITHDRAWN:
        consulting.withdraw(by(cast.minh), row, "Thôi")
    row.refresh_from_db()
    return row


WHO = {"draft": SPEAKS, "unit": LEADS, "department": {"phuc"}, "signer": {"phuc"},
       "leader": set()}  # no condition waits


@pytest.mark.parametrize("state", State.values)
def test_every_move_from_every_state_by_every_role(cast, state):
    row = brought_to(cast, state)
    assert row.state == state
    for verb, move in MOVES.items():
        for name in ROLES:
            allowed = state in move.sources and name in WHO[move.who]
            assert consulting.may(by(getattr(cast, name)), verb, row) == allowed, (state, verb, name)


def test_what_was_typed_stays_where_something_lacks(cast, client):
    row = brought_to(cast, State.SUBMITTED)
    at = reverse("move_consultation", args=[row.pk, "decide"])
    given = {"decide-opinion": "conditions", "decide-reasons": "Cần chia sẻ dữ liệu"}
    answer = signed_in(client, cast.phuc).post(at, given)
    page = answer.content.decode()
    assert answer.status_code == 422 and "Điều kiện gì?" in page and "Cần chia sẻ dữ liệu" in page
    own = row.item
    rated = client.post(reverse("act_on_investment", args=[own.pk, "judge"]), {"judge-independent_rating": "tồi"})
    assert rated.status_code == 422


def test_the_citys_own_items_are_spoken_for_by_its_analysts(cast):
    item = made("79")
    assert consulting.begin(by(cast.phuc), item).item == item
    with pytest.raises(PermissionError):
        consulting.begin(by(cast.minh), made("79", "Khác"))


def test_a_move_from_the_wrong_state_changes_nothing(cast):
    row = brought_to(cast, State.DECIDED)
    with pytest.raises(NotNow):
        consulting.decide(by(cast.phuc), row, {"opinion": "refuse", "reasons": "Không"})
    row.refresh_from_db()
    assert row.opinion == "agree"


def test_the_list_and_the_board_ask_as_much_for_many_as_for_few(cast, client):
    signed_in(client, cast.ha)
    counts = []
    for more in (2, 20):
        for n in range(more):
            item = made("760" if n % 2 else "778", f"Hạng mục {n}", monthly_price=5, service_quantity=n + 1,
                        service_measure="camera", owner_rating="good", independent_rating="bad")
            item.funding.create(source="city", pledged=5)
            consulting.begin(by(cast.minh if item.unit == unit("760") else cast.khoa), item)
        for name in ("investments", "investment_board", "consultations"):
            client.get(reverse(name))
            with CaptureQueriesContext(database) as asked:
                assert client.get(reverse(name)).status_code == 200
            counts.append((name, len(asked)))
    assert dict(counts[:3]) == dict(counts[3:])


def test_tiers_are_rows(cast):
    Tier.objects.filter(code="small").update(working_days=1)
    assert submitted(cast).due_at == datetime(2026, 11, 17, 10, tzinfo=UTC)
