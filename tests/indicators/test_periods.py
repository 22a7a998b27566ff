"""Periods by rule: codes, borders, years that begin in April, ISO weeks, cut-off months."""

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from indicators.periods import Kind, OffBorder, Rule

HERE = Rule(ZoneInfo("Asia/Ho_Chi_Minh"))
LONDON = Rule(ZoneInfo("Europe/London"), 4)
FIRST, LAST = datetime(1990, 1, 1), datetime(2060, 1, 1)  # noqa: DTZ001 - hypothesis wants them so
MOMENTS = st.datetimes(FIRST, LAST, timezones=st.just(UTC))


@pytest.mark.parametrize(("kind", "day", "code"), [
    ("day", date(2026, 10, 5), "2026-10-05"), ("week", date(2026, 10, 5), "2026-W41"),
    ("week", date(2021, 1, 3), "2020-W53"), ("week", date(2024, 12, 30), "2025-W01"),
    ("month", date(2026, 10, 31), "2026-10"), ("quarter", date(2026, 10, 5), "2026-Q4"),
    ("half_year", date(2026, 10, 5), "2026-H2"), ("year", date(2026, 10, 5), "2026"),
    ("month_25", date(2026, 10, 25), "2026-10"), ("month_25", date(2026, 10, 26), "2026-11"),
])
def test_periods_are_named(kind, day, code):
    assert HERE.at(kind, day).code == code


@pytest.mark.parametrize(("kind", "code", "first", "last"), [
    ("month_21", "2026-08", date(2026, 7, 21), date(2026, 8, 20)),
    ("month_15", "2026-01", date(2025, 12, 15), date(2026, 1, 14)),
    ("quarter_15", "2026-Q1", date(2025, 12, 15), date(2026, 3, 14)),
    ("quarter_15", "2026-Q4", date(2026, 9, 15), date(2026, 12, 14)),
    ("half_15", "2026-H1", date(2025, 12, 15), date(2026, 6, 14)),
    ("year_15", "2026", date(2025, 12, 15), date(2026, 12, 14)),
])
def test_decree_09_counts_whole_days_from_the_15th_to_the_14th(kind, code, first, last):
    period = HERE.parse(kind, code)
    assert (period.start, period.end) == tuple(
        datetime.combine(day, time.min, HERE.zone) for day in (first, last + timedelta(days=1)))
    for moment in (period.start, period.end - timedelta(seconds=1)):
        assert HERE.at(kind, moment) == period
    assert HERE.next(HERE.before(period)) == period and HERE.a_year_before(period).start.year == first.year - 1


def test_a_cut_off_month_ends_at_noon():
    noon = datetime(2026, 12, 25, 12, tzinfo=HERE.zone)
    period = HERE.at("month_25", noon - timedelta(seconds=1))
    assert (period.code, period.end) == ("2026-12", noon) and HERE.at("month_25", noon).code == "2027-01"


def test_years_may_begin_in_april():
    assert LONDON.at("year", date(2017, 3, 31)).code == "2016/17"
    assert LONDON.at("quarter", date(2017, 1, 1)).code == "2016-Q4"
    year = LONDON.at("year", date(2016, 4, 1))
    assert [month.code for month in LONDON.within("month", year.start, year.end)][::11] == ["2016-04", "2017-03"]


@pytest.mark.parametrize("rule", [HERE, LONDON])
@pytest.mark.parametrize("kind", Kind.values)
@given(moment=MOMENTS)
def test_every_moment_lies_in_one_period_that_its_code_names(rule, kind, moment):
    period = rule.at(kind, moment)
    assert period.start <= moment < period.end
    assert rule.next(period).start == period.end and rule.before(rule.next(period)) == period
    if kind == "hour":  # the hour that comes twice in autumn has one name
        return
    assert rule.parse(kind, period.code) == period
    assert rule.at(kind, period.start) == period


def test_codes_are_not_their_order():
    first, second = HERE.at("week", date(2026, 3, 2)), HERE.at("week", date(2026, 12, 7))
    assert sorted([second, first]) == [first, second]


@pytest.mark.parametrize(("kind", "text"), [
    ("month", "2026-13"), ("month", "2026-10-02"), ("month", "10.2026"), ("week", "2026-W54"), ("quarter", "2026-Q5"),
    ("month", ""), ("year", "26"), ("month", "2026-Q1"), ("day", "2026-02-30"), ("month", "٢٠٢٦-١٠")])
def test_what_names_no_period_is_refused_with_an_example(kind, text):
    with pytest.raises(ValueError, match="ví dụ đúng"):
        HERE.parse(kind, text)


def test_a_month_may_be_named_by_its_first_day():
    assert HERE.parse("month", "2026-10-01") == HERE.parse("month", "01/10/2026") == HERE.parse("month", "10/2026")


def test_weeks_never_make_months():
    month = HERE.at("month", date(2026, 10, 5))
    with pytest.raises(OffBorder):
        HERE.within("week", month.start, month.end)


def test_the_same_period_a_year_before():
    assert HERE.a_year_before(HERE.parse("week", "2020-W53")).code == "2019-W52"
    assert HERE.a_year_before(HERE.parse("day", "2024-02-29")).code == "2023-02-28"
    assert HERE.a_year_before(HERE.parse("month_25", "2026-01")).code == "2025-01"
