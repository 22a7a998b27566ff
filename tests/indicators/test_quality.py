"""Checks on values: what fails opens one issue, what passes mends it, no data does neither."""

import threading
from datetime import timedelta
from decimal import Decimal

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError, OperationalError, connection, transaction
from django.utils import timezone

from accounts.actors import Actor
from indicators import checks, deliveries, issues, owed, quality, saying
from indicators.arithmetic import Flag, Parts
from indicators.models import Check, Failure, Issue, Keeper, Value
from tests.city import unit
from tests.indicators.test_entry import change, indicator, keyed, monthly, october

__all__ = ["monthly", "october"]
pytestmark = pytest.mark.django_db
State = Issue.State


def bring(period, numbers, code="760"):
    """Values of one unit and period, by the code of their indicator; None is a gap with its reason."""
    given = []
    for name, number in numbers.items():
        one = indicator(name)
        parts = number if isinstance(number, Parts) else Parts(None if number is None else Decimal(number))
        flag = Flag.MISSING if number is None else Flag.FINAL
        given.append(deliveries.Given(one.pk, unit(code).pk, period.start, one.versions.last().pk, parts, flag, "–"))
    return deliveries.bring(deliveries.new(Actor.system("demo"), door="api"), given)


def series(october, name, numbers, code="760"):
    """Values of the months up to September, the last one last."""
    for place, number in enumerate(reversed(numbers), 1):
        bring(owed.rule().before(october, place), {name: number}, code)


def states():
    return list(Issue.objects.order_by("pk").values_list("check_row__code", "state"))


def test_a_jump_opens_one_issue_and_says_what_it_was_measured_against(monthly, october):
    series(october, "fires", [3, 2, 4, 3, 2, 3])
    bring(october, {"fires": 40})
    bring(october, {"fires": 41})
    (issue,) = Issue.objects.all()
    (failure,) = issue.failures.all()
    assert (issue.check_row.code, issue.state, issue.unit.code) == ("jump", "open", "760")
    assert (failure.value, failure.base, failure.start) == (41, 3, october.start) and failure.score > 5
    assert list(Value.objects.filter(start=october.start).values_list("checked", "failed")) == [(2, 1)]


def test_it_mends_itself_when_the_value_passes_again(monthly, october):
    bring(october, {"flooded-points": 500})
    assert states() == [("flooded-points-range", "open")]
    bring(october, {"flooded-points": 5})
    (issue,) = Issue.objects.all()
    assert issue.state == State.MENDED and issue.closed_at and not Failure.objects.exists()
    bring(october, {"flooded-points": 700})
    assert states() == [("flooded-points-range", "mended"), ("flooded-points-range", "open")]


def test_two_bad_periods_are_one_issue_that_the_last_one_mends(monthly, october):
    series(october, "flooded-points", [500])
    bring(october, {"flooded-points": 600})
    assert Issue.objects.get().failures.count() == 2
    bring(october, {"flooded-points": 6})
    assert Issue.objects.get().state == State.OPEN
    series(october, "flooded-points", [5])
    assert Issue.objects.get().state == State.MENDED


def test_an_order_is_judged_from_both_sides(monthly, october):
    bring(october, {"dengue-outbreaks": 9})
    assert not Issue.objects.exists(), "there is nothing to measure against"
    bring(october, {"dengue-cases": 4})
    (failure,) = Failure.objects.all()
    assert (failure.indicator.code, failure.value, failure.base) == ("dengue-outbreaks", 9, 4)
    bring(october, {"dengue-cases": 12})
    assert states() == [("outbreaks-of-cases", "mended")]


@pytest.mark.parametrize(("exact", "total", "fails"), [
    (True, 100, False), (True, 104, False), (True, 106, True), (False, 300, False), (False, 90, True)])
def test_parts_against_their_total(monthly, october, exact, total, fails):
    check = Check.objects.create(code="sum", name_vi="Tổng", kind="parts", indicator=indicator("traffic-accidents"),
                                 is_exact=exact, tolerance=5)
    check.summands.set([indicator("traffic-deaths"), indicator("traffic-injuries")])
    bring(october, {"traffic-deaths": 40, "traffic-injuries": 60, "traffic-accidents": total})
    assert states() == ([("sum", "open")] if fails else [])
    assert not fails or Failure.objects.get().base == 100


def test_no_data_neither_opens_nor_mends(monthly, october):
    bring(october, {"flooded-points": None})
    assert not Issue.objects.exists() and Value.objects.get().checked == 0
    bring(october, {"flooded-points": 500})
    bring(october, {"flooded-points": None})
    assert states() == [("flooded-points-range", "open")] and Failure.objects.get().value == 500
    assert (Value.objects.get().checked, Value.objects.get().failed) == (0, 0)


def test_a_corrected_month_judges_the_months_after_it(monthly, october):
    series(october, "fires", [3, 2, 4, 3, 2, 30])
    bring(october, {"fires": 40})
    assert Failure.objects.get().start == october.start, "six values before it, of which one is odd too"
    series(october, "fires", [40, 44, 38, 41, 39, 42])
    assert states() == [("jump", "mended")]


def test_the_keeper_owns_it(cast, monthly, october):
    Keeper.objects.create(value_set=monthly, unit=unit("760"), user=cast.lan)
    keyed(cast.lan, monthly, october, change("flooded-points", "500"))
    bring(october, {"flooded-points": 500}, "778")
    assert dict(Issue.objects.values_list("unit__code", "owner__full_name")) == {
        "760": cast.lan.full_name, "778": None}


def test_a_check_judges_within_its_dates_and_again_when_it_changes(monthly, october):
    bring(october, {"flooded-points": 500})
    Check.objects.filter(code="flooded-points-range").update(begins=october.end.date())
    quality.again()
    assert states() == [("flooded-points-range", "mended")] and Value.objects.get().checked == 0


def test_judging_again_changes_nothing(monthly, october):
    series(october, "fires", [3, 2, 4, 3, 2, 3])
    bring(october, {"fires": 40, "flooded-points": 500})
    before = list(Issue.objects.values()), list(Failure.objects.values()), list(Value.objects.values())
    quality.again()
    assert before == (list(Issue.objects.values()), list(Failure.objects.values()), list(Value.objects.values()))


def test_a_delivery_asks_no_more_for_many_values(monthly, october, django_assert_max_num_queries):
    versions = [item.indicator.versions.last() for item in monthly.items.select_related("indicator")]
    rows = [deliveries.Given(version.indicator_id, unit(code).pk, october.start, version.pk, Parts(Decimal(700_000)))
            for version in versions if not version.in_parts for code in ("760", "778", "761")]
    with django_assert_max_num_queries(22):
        deliveries.bring(deliveries.new(Actor.system("demo"), door="api"), rows)
    assert Issue.objects.count() > 3


def test_a_jump_leaves_out_what_lies_before_a_break(monthly, october):
    series(october, "fires", [3, 2, 4, 3, 2, 3])
    Value.objects.update(flag=Flag.BREAK)
    bring(october, {"fires": 40})
    assert not Issue.objects.exists()


def test_the_arithmetic():
    run, failed = checks.steady(Decimal(40), [Decimal(3)] * 5, Decimal(5))
    assert (run, failed) == (False, None)
    run, failed = checks.steady(Decimal(40), [Decimal(0)] * 6, Decimal(5))
    assert run and failed.score is None and failed.base == 0
    assert checks.within(Decimal(5), Decimal(5), Decimal(5)) is None


def test_the_clocks(monthly, october):
    now = timezone.now()
    issue = Issue(opened_at=now - timedelta(hours=5), answered_at=now - timedelta(hours=3))
    assert (issue.to_answer(now), issue.to_close(now)) == (timedelta(hours=2), timedelta(hours=5))


# --- Seasons, copies, formulas


def yearly(october, name, numbers):
    """Values of October in the years before, the last one last."""
    for place, number in enumerate(reversed(numbers), 1):
        bring(owed.rule().before(october, 12 * place), {name: number})


def test_a_season_is_no_jump_and_a_month_out_of_season_is_one(monthly, october):
    yearly(october, "fires", [300, 330, 290])
    series(october, "fires", [40, 43, 38, 41, 44, 39])
    bring(october, {"fires": 310})
    assert not Issue.objects.exists()
    bring(october, {"fires": 42})
    failure = Failure.objects.select_related("check_row", "indicator").get()
    assert (failure.base, failure.is_seasonal) == (300, True)
    assert "cùng kỳ các năm trước thường khoảng 300" in saying.failure(failure)


def test_two_years_make_no_season(monthly, october):
    yearly(october, "fires", [300, 330])
    series(october, "fires", [40, 43, 38, 41, 44, 39])
    bring(october, {"fires": 310})
    assert not Failure.objects.get().is_seasonal


def test_the_years_before_a_break_make_no_season(monthly, october):
    yearly(october, "fires", [300, 330, 290])
    series(october, "fires", [1, 1, 40, 43, 38, 41, 44, 39])
    Value.objects.filter(start=owed.rule().before(october, 7).start).update(flag=Flag.BREAK)
    bring(october, {"fires": 310})
    assert not Failure.objects.get().is_seasonal


def test_a_corrected_year_judges_the_years_after_it(monthly, october):
    yearly(october, "fires", [300, 330, 290, 42])
    assert Failure.objects.get().start == owed.rule().before(october, 12).start
    yearly(october, "fires", [40, 44, 290, 42])
    assert not Failure.objects.exists(), "there are the same months of 40, 44 and 290"


PAIR, OTHER_PAIR = Parts(None, Decimal(950), Decimal(1000)), Parts(None, Decimal(951), Decimal(1000))


@pytest.mark.parametrize(("name", "numbers", "fails"), [
    ("waste-collected", [1284, 1284, 1284], True), ("waste-collected", [1284, 1284], False),
    ("waste-collected", [1284, 1280, 1284], False), ("waste-collected", [0, 0, 0], False),
    ("waste-collected", [7, 7, 7], False), ("waste-collected", [None, 1284, 1284], False),
    ("dossiers-on-time", [PAIR, PAIR], True), ("dossiers-on-time", [PAIR, OTHER_PAIR], False),
    ("waste-collected", [Decimal("1.5")] * 3, False), ("waste-collected", [Decimal("1.57")] * 3, True),
    ("population", [700_000] * 3, False)])
def test_figures_copied_from_the_last_sheet(monthly, october, name, numbers, fails):
    Check.objects.exclude(code="repeat").delete()
    series(october, name, numbers[:-1])
    bring(october, {name: numbers[-1]})
    assert states() == ([("repeat", "open")] if fails else [])


def test_a_copy_is_mended_by_another_number(monthly, october):
    Check.objects.exclude(code="repeat").delete()
    series(october, "waste-collected", [1284, 1284])
    bring(october, {"waste-collected": 1284})
    assert "y hệt kỳ trước" in saying.failure(Failure.objects.select_related("check_row", "indicator").get())
    bring(october, {"waste-collected": 0})
    assert states() == [("repeat", "mended")]


def formula(text, **more):
    return Check(code="sum", name_vi="Tổng", kind="formula", indicator=indicator("traffic-accidents"), formula=text,
                 **more)


@pytest.mark.parametrize(("total", "fails"), [(95, False), (99, False), (95 + 10, True), (80, True)])
def test_a_total_against_its_formula(monthly, october, total, fails):
    formula("[traffic-deaths] + 2 × [traffic-injuries] + [dossiers-on-time].n", tolerance=5).save()
    share = Parts(None, Decimal(35), Decimal(40))
    bring(october, {"traffic-deaths": 20, "traffic-injuries": 20, "traffic-accidents": total})
    assert not Issue.objects.exists(), "an operand is missing"
    bring(october, {"dossiers-on-time": share})
    assert states() == ([("sum", "open")] if fails else [])
    if fails:
        said = saying.failure(Failure.objects.select_related("check_row", "indicator").get()).replace("\xa0", " ")
        assert f"công thức cho 95 vụ, chênh {total - 95} vụ" in said.replace("−", "-")


@pytest.mark.parametrize("text", ["", "[no-such]", "[traffic-accidents] - 1", "5", "__import__('os')", "[grdp-growth]"])
def test_a_formula_that_reads_what_there_is_not_is_refused(monthly, text):
    with pytest.raises(ValidationError, match="formula"):
        formula(text).full_clean()


# --- Answering


@pytest.fixture
def issue(cast, monthly, october):
    bring(october, {"flooded-points": 500})
    return Issue.objects.get()


def test_acknowledging_starts_no_second_clock(cast, issue, october):
    assert issues.acknowledge(Actor.person(cast.lan), issue)
    issue.refresh_from_db()
    answered = issue.answered_at
    assert (issue.state, issue.answered_by) == (State.ACKNOWLEDGED, cast.lan) and issue.closed_at is None
    assert not issues.acknowledge(Actor.person(cast.minh), issue)
    assert issues.confirm(Actor.person(cast.minh), issue, "Đợt triều cường lịch sử")
    issue.refresh_from_db()
    assert (issue.state, issue.answered_at) == (State.CONFIRMED, answered) and issue.closed_at


def test_confirming_keeps_its_reason_and_widens_nothing(cast, issue, october):
    with pytest.raises(ValueError, match="reason"):
        issues.confirm(Actor.person(cast.lan), issue, "  ")
    issues.confirm(Actor.person(cast.lan), issue, "Đợt triều cường lịch sử")
    quality.again()
    bring(october, {"flooded-points": 500, "fires": 3})
    assert states() == [("flooded-points-range", "confirmed")]
    bring(october, {"flooded-points": 501})
    assert states() == [("flooded-points-range", "confirmed"), ("flooded-points-range", "open")]
    assert Issue.objects.first().reason or Issue.objects.last().reason == "Đợt triều cường lịch sử"


@pytest.mark.parametrize("name", ["khoa", "tu", "ha", "phuc", "quan"])
def test_nobody_answers_for_another_unit(cast, issue, name):
    with pytest.raises(PermissionError):
        issues.acknowledge(Actor.person(getattr(cast, name)), issue)


@pytest.mark.django_db(transaction=True)
def test_two_at_once_open_one_issue(cast, october):
    """Two orders of one pair, each half brought by another: the second sees the first."""
    both = threading.Barrier(2)

    def half(name, number):
        try:
            both.wait(10)
            bring(october, {name: number})
        finally:
            connection.close()

    threads = [threading.Thread(target=half, args=pair) for pair in [("dengue-outbreaks", 9), ("dengue-cases", 4)]]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(20)
    assert states() == [("outbreaks-of-cases", "open")]


@pytest.mark.django_db(transaction=True)
def test_who_comes_second_waits_for_the_first(cast, october):
    """Without it each would see only its own half of a pair, and both would pass."""
    said = []

    def second():
        try:
            with transaction.atomic(), connection.cursor() as cursor:
                cursor.execute("SET LOCAL lock_timeout = '200ms'")
                bring(october, {"dengue-cases": 4})
        except OperationalError as exc:
            said.append(str(exc))
        finally:
            connection.close()

    with transaction.atomic():
        bring(october, {"dengue-outbreaks": 9})
        other = threading.Thread(target=second)
        other.start()
        other.join(20)
    assert "lock timeout" in said[0] and not Issue.objects.exists()


def test_the_database_keeps_no_two_unsettled(issue):
    issue.pk = None
    with pytest.raises(IntegrityError, match="issue_unsettled"), transaction.atomic():
        issue.save(force_insert=True)
    issue.state = State.MENDED
    issue.save(force_insert=True)
