"""Rows → calendar: the city's, a unit's own, and what the demo city's real rows make of Tết."""

from datetime import date, datetime, time

import pytest
from django.core.exceptions import ValidationError

from districts.calendar import Amount, AmountUnit, add_working_time, parse_spans
from districts.calendars import calendar_for
from districts.explanations import explain
from districts.models import CalendarDay, Unit, WorkingSpan


def saigon(hcmc, *parts):
    return datetime(*parts, tzinfo=hcmc.time_zone)


def test_ten_working_days_over_tet_2026_in_words(hcmc):
    made = add_working_time(saigon(hcmc, 2026, 2, 13, 16, 45), Amount(10, AmountUnit.WORKING_DAYS), calendar_for())
    assert made.due == saigon(hcmc, 2026, 3, 6, 17)
    assert explain(made.explanation) == (
        "10 ngày làm việc, tính từ 13/02/2026 16:45; bỏ qua 14–22/02: nghỉ Tết Nguyên đán; "
        "2 ngày nghỉ cuối tuần; đến hạn 06/03/2026 17:00"
    )
    assert explain(made.explanation, "en") == (
        "10 working days from 13 Feb 2026 16:45; skipping 14–22 Feb: Lunar New Year holiday; "
        "2 weekend days; due 6 Mar 2026 17:00"
    )


@pytest.mark.parametrize(
    ("start", "days", "due"),
    [
        ((2025, 4, 25, 9), 1, (2025, 4, 26, 17)),  # make-up Saturday for 2 May 2025
        ((2025, 4, 29, 9), 1, (2025, 5, 5, 17)),  # 30/4, 1/5 and the exchanged 2/5
        ((2026, 1, 9, 9), 1, (2026, 1, 10, 17)),  # make-up Saturday for 2 January 2026
        ((2026, 8, 28, 9), 1, (2026, 9, 3, 17)),  # 2/9 with its bridge day
        ((2026, 11, 23, 9), 1, (2026, 11, 25, 17)),  # 24 November, a day off since 2026
    ],
)
def test_holidays_of_the_real_calendar(hcmc, start, days, due):
    made = add_working_time(saigon(hcmc, *start), Amount(days, AmountUnit.WORKING_DAYS), calendar_for())
    assert made.due == saigon(hcmc, *due)


def test_a_unit_with_rows_of_its_own(hcmc):
    water, power = Unit.objects.get(code="SAWACO"), Unit.objects.get(code="EVNHCMC")
    for weekday in range(7):
        WorkingSpan.objects.create(unit=water, weekday=weekday, start=time(6), end=time(22))
    CalendarDay.objects.create(
        unit=power, date=date(2026, 3, 10), kind="half_day", name_vi="Diễn tập", name_en="Drill", spans="07:30-11:30"
    )
    calendar_for.clear()
    assert calendar_for(water.pk).spans_on(date(2026, 3, 8)) == parse_spans("06:00-22:00")
    assert not calendar_for(water.pk).is_working_day(date(2026, 2, 17))
    assert calendar_for(power.pk).spans_on(date(2026, 3, 10)) == parse_spans("07:30-11:30")
    assert calendar_for().spans_on(date(2026, 3, 10)) == parse_spans("07:30-11:30, 13:00-17:00")
    assert calendar_for(Unit.objects.city().pk) is calendar_for()


def test_the_cost_does_not_grow_with_units(hcmc, django_assert_num_queries):
    units = list(Unit.objects.values_list("pk", flat=True))
    with django_assert_num_queries(2):
        assert len({id(calendar_for(pk)) for pk in units}) == 1


def test_a_database_without_rows_works_by_the_citys_file(db):
    assert calendar_for().spans_on(date(2026, 3, 10)) == parse_spans("07:30-11:30, 13:00-17:00")


def test_what_people_enter_is_checked(hcmc):
    with pytest.raises(ValidationError, match="phải ghi rõ"):
        CalendarDay(date=date(2026, 3, 10), kind="half_day", name_vi="Nửa ngày", name_en="Half day").full_clean()
    with pytest.raises(ValidationError, match="không đúng dạng"):
        CalendarDay(date=date(2026, 3, 10), kind="working", name_vi="x", name_en="x", spans="sáng").full_clean()
    with pytest.raises(ValidationError, match="chồng lên"):
        WorkingSpan(weekday=0, start=time(10), end=time(12)).full_clean()


def test_boston_keeps_its_own_hours_and_holidays(boston):
    start = datetime(2015, 11, 25, 16, tzinfo=boston.time_zone)  # the eve of Thanksgiving
    made = add_working_time(start, Amount(2, AmountUnit.WORKING_HOURS), calendar_for())
    assert made.due == datetime(2015, 11, 27, 9, tzinfo=boston.time_zone)
    assert "26 Nov: Thanksgiving Day" in explain(made.explanation, "en")
