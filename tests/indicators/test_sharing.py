"""What units share: a restricted indicator asked for and granted, its readings logged; notices; figures that nobody
delivers; the register of demanded reports."""

from datetime import date, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from accounts.actors import Actor
from indicators import access, deliveries, demanded, loading, notices, owed, sharing, sharing_views, wanted
from indicators.answers import Parts
from indicators.loading import load_city
from indicators.models import (
    AccessRequest,
    DataRequest,
    DemandedReport,
    GrantedReading,
    Indicator,
    IndicatorVersion,
    Notice,
)
from indicators.topics import NOTICES, TAKER
from live import feed, topics
from live.models import Handover
from tests.city import unit, worker
from tests.feedback.pages import read, signed_in

pytestmark = pytest.mark.django_db
CRIMES = "crimes-recorded"
SOON = timedelta(days=30)


@pytest.fixture
def crimes(cast):
    """Figures of October that only the city sees: 22 units, 41 each."""
    bring(CRIMES, 41)
    return Indicator.objects.get(code=CRIMES)


def month(number=10):
    return owed.rule().at("month", date(2026, number, 1))


def bring(code, number, units=None, *, flag="final", period=None, **more):
    """Values of these units (of all that owe) as they come from outside, told to whoever wants to know."""
    one, period = Indicator.objects.get(code=code), period or month()
    units = units or owed.owing(one.set_item.value_set, [period])[period.start]
    version = one.versions.get(number=1)
    given = [deliveries.Given(one.pk, pk, period.start, version.pk, Parts(number), flag) for pk in units]
    deliveries.bring(deliveries.new(Actor.system("demo"), door="api", **more), given)
    for taker in (TAKER, NOTICES):
        feed.take_all(taker)


def person(name, cast):
    return Actor.person(getattr(cast, name))


def today():
    return timezone.localdate()


def granted(cast, crimes, until=None):
    asked = sharing.ask(person("khoa", cast), crimes, "Lập kế hoạch tuần tra", today() + SOON)
    return sharing.answer(person("phuc", cast), asked.pk, until=until or today() + SOON)


def page_of(client, someone, code=CRIMES, query=""):
    signed_in(client, someone)
    return client.get(reverse("indicator", args=[code]) + query)


# --- Restricted figures


def test_a_unit_asks_and_the_city_agrees(client, cast, crimes):
    assert "902" not in read(page_of(client, cast.khoa))
    until = (today() + SOON).isoformat()
    client.post(reverse("ask_to_see", args=[CRIMES]), {"purpose": "Lập kế hoạch tuần tra", "until": until})
    asked = AccessRequest.objects.get()
    assert "chờ trả lời" in read(page_of(client, cast.khoa)) and "902" not in read(page_of(client, cast.khoa))
    signed_in(client, cast.phuc)
    assert "Lập kế hoạch tuần tra" in read(client.get(reverse("sharing")))
    client.post(reverse("answer_to_see", args=[asked.pk]), {f"a{asked.pk}-agree": "yes", f"a{asked.pk}-until": until})
    assert "902" in read(page_of(client, cast.khoa))
    assert "902" not in read(page_of(client, cast.lan)), "another unit did not ask"


def test_one_open_request_per_unit_and_indicator(cast, crimes):
    sharing.ask(person("lan", cast), crimes, "Đối chiếu", today())
    with pytest.raises(sharing.AlreadyAsked):
        sharing.ask(person("minh", cast), crimes, "Đối chiếu", today())
    sharing.ask(person("khoa", cast), crimes, "Đối chiếu", today())
    assert AccessRequest.objects.count() == 2


@pytest.mark.parametrize("day", [-1, 0])
def test_a_grant_ends_with_its_day(cast, crimes, day):
    grant = granted(cast, crimes)
    AccessRequest.objects.filter(pk=grant.pk).update(granted_until=today() + timedelta(days=day))
    assert access.sees(person("khoa", cast), crimes) == (day == 0)


def test_the_owner_ends_a_grant_with_a_reason(cast, crimes):
    grant = granted(cast, crimes)
    with pytest.raises(ValueError, match="reason"):
        sharing.end(person("phuc", cast), grant.pk, " ")
    sharing.end(person("phuc", cast), grant.pk, "Hết kế hoạch")
    assert not access.sees(person("khoa", cast), crimes)
    assert Notice.objects.get(user=cast.khoa).code == "access_ended"


def test_a_refusal_has_its_reason(cast, crimes):
    asked = sharing.ask(person("khoa", cast), crimes, "Xem thử", today())
    with pytest.raises(ValueError, match="reason"):
        sharing.answer(person("phuc", cast), asked.pk, until=None)
    sharing.answer(person("phuc", cast), asked.pk, until=None, reason="Không thuộc nhiệm vụ")
    assert not access.sees(person("khoa", cast), crimes)
    with pytest.raises(LookupError):
        sharing.answer(person("phuc", cast), asked.pk, until=today())


def test_the_owner_answers_and_not_the_city(cast, crimes):
    crimes.owner = unit("CATP")
    crimes.save()
    leader, staff = worker("dai", "unit_leader", "CATP"), worker("tan", "unit_staff", "CATP")
    asked = sharing.ask(person("khoa", cast), crimes, "Lập kế hoạch", today())
    assert [row.user for row in Notice.objects.filter(code="access_asked")] == [leader]
    for other in (cast.phuc, cast.minh, cast.quan, cast.ha, staff):
        with pytest.raises(LookupError):
            sharing.answer(Actor.person(other), asked.pk, until=today())
    assert sharing.answer(Actor.person(leader), asked.pk, until=today()).state == "agreed"


@pytest.mark.parametrize("name", ["tu", "sau", "ha", "phuc", "quan", "nobody"])
def test_only_units_ask(cast, crimes, name):
    with pytest.raises(PermissionError):
        sharing.ask(person(name, cast), crimes, "x", today())


def test_what_is_open_or_own_is_not_asked_for(cast):
    for code in ("fires", "staff-filled"):
        assert not access.may_ask_to_see(person("khoa", cast), Indicator.objects.get(code=code))


def test_every_reading_through_a_grant_is_logged(client, cast, crimes):
    granted(cast, crimes)
    page_of(client, cast.khoa)
    page_of(client, cast.khoa, query="?tep=xlsx")
    system = Actor.client(7, unit("778").pk, {"indicators:read"})
    assert sharing.read(system, crimes, "api")
    ways = [(row.way, row.user, row.actor_ref) for row in GrantedReading.objects.order_by("pk")]
    assert ways == [("page", cast.khoa, ""), ("file", cast.khoa, ""), ("api", None, "7")]
    page_of(client, cast.ha)
    page_of(client, cast.khoa, "fires")
    assert GrantedReading.objects.count() == 3, "what is seen as of right is not logged"
    for someone, sees in ((cast.quan, True), (cast.phuc, True), (cast.khoa, False)):
        signed_in(client, someone)
        assert ("Ai đã xem" in read(client.get(reverse("sharing")))) == sees


def test_a_list_of_many_shows_no_figure_of_a_grant(client, cast, crimes):
    granted(cast, crimes)
    signed_in(client, cast.khoa)
    assert "902" not in read(client.get(reverse("data"))) and not GrantedReading.objects.exists()


# --- Notices


def test_a_subscriber_is_told_once_per_period(client, cast):
    signed_in(client, cast.khoa)
    client.post(reverse("subscribe", args=["fires"]))
    units = sorted(owed.owing(Indicator.objects.get(code="fires").set_item.value_set, [month()])[month().start])
    bring("fires", 3, units[:10])
    bring("fires", 4, units[10:])
    bring("crimes-recorded", 4)
    notice = Notice.objects.get()
    assert (notice.user, notice.code, notice.read_at) == (cast.khoa, "period", None)
    bring("fires", 5, units, period=month(9))
    assert Notice.objects.count() == 2
    said = read(client.get(reverse("notices")))
    assert "Vụ cháy: có số liệu tháng 10/2026." in said and notice.link.endswith("?ky=2026-10")
    assert not Notice.objects.filter(read_at=None).exists()


def test_more_of_a_period_stays_read_and_a_revision_does_not(cast):
    sharing.subscribe(cast.khoa, Indicator.objects.get(code="fires"))
    one, two = unit("760").pk, unit("778").pk
    bring("fires", 3, [one])
    notices.read(cast.khoa)
    bring("fires", 3, [two])
    assert Notice.objects.get().read_at
    bring("fires", 9, [two])
    notice = Notice.objects.get()
    assert (notice.code, notice.read_at) == ("revision", None)


def test_corrections_before_approval_and_approvals_are_no_news(cast):
    sharing.subscribe(cast.khoa, Indicator.objects.get(code="fires"))
    bring("fires", 3, [unit("760").pk], flag="preliminary")
    notices.read(cast.khoa)
    bring("fires", 4, [unit("760").pk], flag="preliminary")
    bring("fires", 4, [unit("760").pk])
    assert Notice.objects.get().code == "period" and Notice.objects.get().read_at


def test_history_and_what_was_before_the_subscription_tell_nothing(cast):
    sharing.subscribe(cast.khoa, Indicator.objects.get(code="fires"))
    bring("fires", 3, is_history=True)
    assert not Notice.objects.exists()


def test_a_new_definition_is_told(cast):
    fires = Indicator.objects.get(code="fires")
    sharing.subscribe(cast.khoa, fires)
    first = fires.versions.get(number=1)
    fresh = IndicatorVersion.objects.create(
        indicator=fires, number=2, begins=date(2027, 1, 1), definition_vi="Khác", kind=first.kind)
    feed.hand("definition", [fresh.pk])
    feed.take_all(NOTICES)
    assert Notice.objects.get().code == "definition"


def test_the_bell_counts_and_follows(client, cast, crimes):
    sharing.ask(person("khoa", cast), crimes, "Xem", today())
    topic = f"notices:{cast.phuc.pk}"
    assert topics.versions([topic])[topic] == 1
    assert topics.allowed([topic], person("phuc", cast)) and not topics.allowed([topic], person("khoa", cast))
    signed_in(client, cast.phuc)
    page = client.get(reverse("data")).content.decode()
    assert f"{topic}" in page and "bell-count" in page
    client.get(reverse("notices"))
    assert "bell-count" not in client.get(reverse("bell")).content.decode()
    assert topics.versions([topic])[topic] == 2


def test_every_request_is_found_and_every_open_one_can_be_answered(client, cast, crimes, monkeypatch):
    monkeypatch.setattr(sharing_views, "SHOWN", 1)
    first = sharing.ask(person("khoa", cast), crimes, "Đề nghị thứ nhất", today() + SOON)
    second = sharing.ask(person("lan", cast), crimes, "Đề nghị thứ hai", today() + SOON)
    signed_in(client, cast.phuc)
    address = reverse("sharing")
    page = client.get(address)
    assert {row.pk for row, _form in page.context["waiting"]} == {first.pk, second.pk}
    assert [row.pk for row, _may in page.context["rows"]] == [second.pk]
    older = client.get(f"{address}?before={page.context['pages'].next}")
    assert [row.pk for row, _may in older.context["rows"]] == [first.pk] and older.context["pages"].next is None
    assert f"?before={second.pk}" in page.content.decode() and client.get(f"{address}?before=x").status_code == 200


# --- Figures that nobody delivers


def test_what_exists_is_shown_instead(client, cast):
    signed_in(client, cast.khoa)
    given = {"words": "Số vụ cháy", "purpose": "Kế hoạch"}
    assert "Số liệu đã có" in read(client.post(reverse("data_requests"), given))
    assert not DataRequest.objects.exists()
    client.post(reverse("data_requests"), given | {"sure": "1"})
    assert DataRequest.objects.get().unit == unit("778")


def test_a_unit_votes_once_and_an_analyst_answers(client, cast):
    asked = wanted.ask(person("khoa", cast), "Hộ dùng nước giếng khoan", "Cấp nước")
    assert wanted.vote(person("lan", cast), asked) and not wanted.vote(person("minh", cast), asked)
    assert not wanted.vote(person("khoa", cast), asked), "who asks has voted"
    assert wanted.requests()[0].votes_count == 2
    signed_in(client, cast.phuc)
    client.post(reverse("answer_for_data", args=[asked.pk]), {})
    assert DataRequest.objects.get().state == "open", "no needs its words"
    client.post(reverse("answer_for_data", args=[asked.pk]), {"indicator": Indicator.objects.get(code="population").pk})
    assert DataRequest.objects.get().state == "met"
    assert set(Notice.objects.values_list("user__username", "code")) == {
        ("khoa", "data_answered"), ("lan", "data_answered")}


# --- Reports that are still demanded


def test_the_register_says_how_much_is_covered(client, cast):
    entries = {entry.report.code: entry for entry in demanded.entries()}
    assert len(entries) == 7
    fires = entries["phong-chay-chua-chay-thang"]
    assert (fires.covered, len(fires.lines), fires.percent) == (4, 5, 80)
    Indicator.objects.filter(code="fires").update(source="none")
    assert demanded.entries(["phong-chay-chua-chay-thang"])[0].percent == 60
    bring("crimes-recorded", 4)
    board = demanded.board(demanded.entries(), timezone.now())
    assert (board.reports, board.abolished, board.keyed) == (7, 0, 22)


def test_an_analyst_keeps_the_register_and_loading_leaves_it(client, cast):
    signed_in(client, cast.phuc)
    report = DemandedReport.objects.get(code="dich-benh-tuan")
    page = reverse("demanded_report", args=[report.code])
    given = {"name_vi": report.name_vi, "demanded_by": report.demanded_by_id, "period_kind": "week",
             "state": "replaced"}
    assert client.post(page, given).status_code == 422, "a decision lacks"
    client.post(page, given | {"decision": "12/QĐ-UBND", "decided_on": "2026-11-20"})
    line = report.lines.first()
    client.post(reverse("demanded_line", args=[report.code]), {"line": line.pk, "text": ""})
    client.post(reverse("demanded_line", args=[report.code]), {"text": "Số ca sởi"})
    load_city("hcmc")
    report.refresh_from_db()
    assert report.state == "replaced" and report.lines.count() == 5 and not report.lines.filter(pk=line.pk).exists()
    assert "12/QĐ-UBND" in read(client.get(reverse("demanded_reports")))


# --- Rights

EVERYBODY = {"lan", "minh", "khoa", "tu", "sau", "ha", "phuc", "quan"}
IN_UNITS = {"lan", "minh", "khoa"}
GETS = {
    "data_requests": EVERYBODY, "demanded_reports": EVERYBODY, "notices": EVERYBODY,
    "sharing": IN_UNITS | {"phuc", "quan"},
}
POSTS = {
    "ask_to_see": IN_UNITS, "subscribe": EVERYBODY, "answer_to_see": {"phuc"}, "end_grant": {"phuc"},
    "data_requests": IN_UNITS, "vote_for_data": IN_UNITS, "answer_for_data": {"phuc"}, "demanded_reports": {"phuc"},
    "demanded_report": {"phuc"}, "demanded_line": {"phuc"},
}


@pytest.fixture
def addresses(cast, crimes):
    other = worker("oanh", "unit_staff", "769")
    asked = sharing.ask(Actor.person(other), crimes, "Xem", today())
    needed = wanted.ask(Actor.person(other), "Hộ dùng nước giếng khoan", "Cấp nước")
    report = DemandedReport.objects.first()
    given = {"ask_to_see": [CRIMES], "subscribe": [CRIMES], "answer_to_see": [asked.pk], "end_grant": [asked.pk],
             "vote_for_data": [needed.pk], "answer_for_data": [needed.pk], "demanded_report": [report.code],
             "demanded_line": [report.code]}
    return {name: reverse(name, args=given.get(name)) for name in [*GETS, *POSTS]}


@pytest.mark.parametrize("name", [*sorted(EVERYBODY), "nobody"])
def test_who_may_open_and_do_what(client, cast, addresses, name):
    signed_in(client, getattr(cast, name))
    opened = {page for page in GETS if client.get(addresses[page]).status_code == 200}
    assert opened == {page for page, who in GETS.items() if name in who}
    done = {verb for verb in POSTS if client.post(addresses[verb], {}).status_code != 404}
    assert done == {verb for verb, who in POSTS.items() if name in who}


@pytest.mark.parametrize("page", sorted({*GETS, *POSTS}))
def test_strangers_are_asked_to_sign_in(client, addresses, page):
    assert "/dang-nhap/" in client.get(addresses[page]).url


def test_pages_cost_the_same_with_more_rows(client, cast, crimes):
    def cost():
        with CaptureQueriesContext(connection) as asked:
            for page in ("sharing", "data_requests", "notices"):
                assert client.get(reverse(page)).status_code == 200
        return len(asked)

    granted(cast, crimes)
    wanted.ask(person("khoa", cast), "Hộ dùng nước giếng khoan", "Cấp nước")
    signed_in(client, cast.phuc)
    cost()
    first = cost()
    for code in ("760", "769", "761"):
        other = Actor.person(worker(f"them{code}", "unit_staff", code))
        sharing.ask(other, crimes, "Xem", today())
        wanted.ask(other, f"Số liệu {code}", "Cần")
    cost()
    assert cost() == first


def test_a_catalogue_that_is_loaded_first_tells_nobody_and_a_definition_added_later_does(town, tmp_path):
    file = tmp_path / "more.toml"
    row = ('[[indicators]]\ncode = "cats"\nfield = "health"\nname_vi = "Mèo"\nmeasure_vi = "con"\n'
           '[[indicators.versions]]\nbegins = 2024-01-01\nkind = "count"\ndefinition_vi = "Số mèo"\n')
    file.write_text(row)
    loading.load(file)
    assert not Handover.objects.exists()
    later = '[[indicators.versions]]\nbegins = 2027-01-01\nkind = "count"\ndefinition_vi = "Số mèo lớn"\n'
    file.write_text(row + later)
    loading.load(file)
    assert Handover.objects.get().object_id == Indicator.objects.get(code="cats").versions.get(number=2).pk
