"""How quality is shown: the board by unit and by source, the pages on which issues are answered, what the platform
counts of itself; and the recount by a second way."""

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest
from django.core.management import CommandError, call_command
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from accounts.actors import Actor
from hcmc_ioc.lib import caching
from indicators import answers, deliveries, issues, owed, quality_board, quality_sources
from indicators.arithmetic import Parts
from indicators.models import Failure, Indicator, Issue, Value
from tests.city import unit
from tests.feedback.pages import read, signed_in
from tests.indicators.test_entry import change, indicator, keyed, monthly, october
from tests.indicators.test_quality import bring, issue

__all__ = ["issue", "monthly", "october"]
pytestmark = pytest.mark.django_db
State = Issue.State


# --- Pages


def test_the_board_is_what_a_recount_says(client, cast, monthly, october):
    now = datetime(2026, 11, 20, tzinfo=UTC)
    bring(october, {"flooded-points": 500, "fires": 3, "dengue-cases": None})
    bring(owed.rule().before(october), {"fires": 2, "traffic-deaths": 1}, "778")
    due = quality_board.due_last(now)
    words = {one.unit.code: one for one in quality_board.board(due, now)}
    (group,) = (one for one in due if one.value_set == monthly)
    assert group.period == october and len(words) >= 22
    cells = monthly.items.count()
    ran = [("flooded-points", False)]  # the only value that a check could be run on
    mine, theirs = words["760"], words["778"]
    assert (mine.right.good, mine.right.whole) == (sum(ok for _code, ok in ran), len(ran))
    assert (mine.complete.good, mine.complete.whole) == (2, cells) and theirs.complete.good == 0
    assert (mine.clean.good, mine.clean.whole) == (cells - 1, cells) and theirs.clean.ratio == 1
    assert (mine.fresh.good, theirs.fresh.good) == (2, 0), "a number of October is fresh for 45 days, of September not"
    assert (mine.issues, theirs.issues) == (1, 0)


def test_the_board_asks_no_more_for_many_values(client, cast, monthly, october, django_assert_max_num_queries):
    bring(october, {"flooded-points": 500})
    signed_in(client, cast.ha)
    client.get(reverse("quality"))
    with CaptureQueriesContext(connection) as few:
        client.get(reverse("quality"))
    for code in ("760", "778", "761"):
        bring(october, {"flooded-points": 700, "fires": 3, "population": 1}, code)
    with django_assert_max_num_queries(len(few)):
        client.get(reverse("quality"))


def test_a_unit_sees_its_peers_and_opens_only_itself(client, cast, monthly, issue):
    signed_in(client, cast.khoa)
    page = read(client.get(reverse("quality")))
    assert "Quận 1" in page and "Quận 7" in page and "Củ Chi" not in page
    own, other = unit("778").slug, unit("760").slug
    assert client.get(reverse("quality_unit", args=[own])).status_code == 200
    assert client.get(reverse("quality_unit", args=[other])).status_code == 404
    assert client.post(reverse("quality_answer", args=[other, issue.pk]), {"verb": "acknowledge"}).status_code == 404
    assert client.post(reverse("quality_answer", args=[own, issue.pk]), {"verb": "acknowledge"}).status_code == 404
    signed_in(client, cast.nobody)
    assert client.get(reverse("quality")).status_code == 404


def test_leaders_read_and_do_not_answer(client, cast, issue):
    signed_in(client, cast.ha)
    assert "Củ Chi" in read(client.get(reverse("quality")))
    page = client.get(reverse("quality_unit", args=[issue.unit.slug]))
    assert "nhiều hơn mức 100" in read(page) and b'name="reason"' not in page.content
    address = reverse("quality_answer", args=[issue.unit.slug, issue.pk])
    assert client.post(address, {"verb": "acknowledge"}).status_code == 404


def test_a_clerk_answers_on_the_page(client, cast, monthly, issue):
    signed_in(client, cast.lan)
    sheet = read(client.get(reverse("sheet", args=[monthly.code, issue.unit.slug, "2026-10"])))
    assert "Vấn đề số liệu" in sheet and "500 điểm, nhiều hơn mức 100 điểm" in sheet.replace("\xa0", " ")
    address = reverse("quality_answer", args=[issue.unit.slug, issue.pk])
    assert "Hãy ghi vì sao" in read(client.post(address, {"verb": "confirm", "reason": " "}, follow=True))
    assert "Đã nhận kiểm tra" in read(client.post(address, {"verb": "acknowledge"}, follow=True))
    page = read(client.post(address, {"verb": "confirm", "reason": "Triều cường"}, follow=True))
    assert "Triều cường" in page and "Không có vấn đề nào đang mở" in page
    assert client.get(address).status_code == 405


def test_the_sources_add_up_to_the_units(client, cast, monthly, october):
    now = datetime(2026, 11, 20, tzinfo=UTC)
    bring(october, {"flooded-points": 500, "fires": 3, "dengue-cases": None})
    keyed(cast.khoa, monthly, october, change("fires", "4"), code="778")
    due = quality_board.due_last(now)
    whole = quality_board.Words(None)
    for row in (board := quality_board.board(due, now)):
        whole.add(row)
    by_source = quality_sources.of_sources(due, whole, {row.unit.pk for row in board}, now)
    found = {one.code: one.words for one in by_source}
    counted = {"1022", "platform", "formula"} & found.keys()
    assert found.keys() - counted == {"api", "form", ""} and "1022" in counted
    for name in ("right", "complete", "clean", "fresh"):
        share = quality_board.Share()
        for code in ("api", "form", ""):
            share.add(getattr(found[code], name).good, getattr(found[code], name).whole)
        assert share == getattr(whole, name), name
    api = found["api"]
    assert (api.complete.good, api.complete.whole, api.clean.good, api.issues) == (2, 3, 2, 1)
    assert (found["form"].complete.good, found["form"].clean.ratio, found[""].complete.good) == (1, 1, 0)
    signed_in(client, cast.ha)
    page = read(client.get(reverse("quality")))
    assert "Theo nguồn" in page and "Đơn vị gửi, API" in page and "Tính trực tiếp từ tổng đài 1022" in page


# --- Counted by a second way


def test_what_is_exact_is_said_to_be(cast, monthly, october, capsys):
    bring(october, {"flooded-points": 500, "fires": 3})
    bring(october, {"flooded-points": 600}, "778")
    bring(october, {"flooded-points": None}, "778")
    call_command("verify_indicators")
    assert "2 open issues" in capsys.readouterr().out


@pytest.mark.parametrize(("spoil", "said"), [
    (lambda: Value.objects.update(failed=0), "0 checks fail, 1 failures"),
    (lambda: Failure.objects.all().delete(), "1 checks fail, 0 failures"),
    (lambda: Issue.objects.update(state=State.MENDED), "an issue that is mended"),
    (lambda: Value.objects.update(number=501), "500.000000000000 fails, the value is 501"),
    (lambda: Value.objects.update(number=5), "within its range and fails"),
    (lambda: Failure.objects.all().delete() and Value.objects.update(failed=0), "out of its range"),
])
def test_what_differs_is_named(monthly, october, capsys, spoil, said):
    bring(october, {"flooded-points": 500})
    spoil()
    with pytest.raises(CommandError) as error:
        call_command("verify_indicators")
    assert said in capsys.readouterr().out + str(error.value)


# --- The platform's own figures


def of_platform(code, month):
    caching.clear_all()  # ten seconds later
    one = Indicator.objects.prefetch_related("versions").get(code=code)
    return answers.answer(one, [owed.rule().at("month", month)])[0]


def test_what_was_sent_in_time_and_at_all(monthly, october):
    """October is due on 5 November: what came a day later is there and late; history is not judged."""
    due = owed.due_at(monthly, october)
    one = indicator("fires")
    for code, at in [("760", due), ("778", due + timedelta(days=1))]:
        given = [deliveries.Given(one.pk, unit(code).pk, october.start, one.versions.last().pk, Parts(Decimal(3)))]
        deliveries.bring(deliveries.new(Actor.system("demo"), door="api"), given, at=at)
    on_time, complete = (of_platform(code, date(2026, 11, 1)) for code in ("data-on-time", "data-complete"))
    first, second = unit("760").pk, unit("778").pk
    cells = monthly.items.count()
    assert (on_time.units[first].numerator, on_time.units[second].numerator) == (1, 0)
    assert complete.units[first].numerator == complete.units[second].numerator == 1
    assert on_time.units[first].denominator == complete.units[first].denominator == cells
    others = complete.city.denominator - 22 * cells
    assert complete.city.numerator == 2 and others > 0, "the sets of departments are owed too"
    Value.objects.filter(unit=first).update(is_history=True)
    judged = of_platform("data-on-time", date(2026, 11, 1)).units[first]
    assert (judged.numerator, judged.denominator) == (0, cells - 1)


def test_how_many_issues_are_open(cast, issue):
    now = timezone.localtime()
    found = of_platform("data-issues-open", now.date().replace(day=1))
    assert (found.units[issue.unit_id].value, found.units[unit("778").pk].value, found.city.value) == (1, 0, 1)
    issues.confirm(Actor.person(cast.lan), issue, "Triều cường")
    assert of_platform("data-issues-open", now.date().replace(day=1)).city.value == 0


def test_what_nobody_counts_yet_does_not_apply(monthly):
    assert of_platform("units-signed-in", date(2026, 11, 1)).city.why == "not-applicable"
