"""A day by the hour beside what is usual: the running hour is no fall."""

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from dashboards.figures import series
from dashboards.models import UnitHour
from districts.models import Unit

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 10, 28, 9, 4, tzinfo=ZoneInfo("Asia/Ho_Chi_Minh"))


@pytest.fixture
def city(town):
    """The city's id, with ten tickets at eight and at nine o'clock of the eight Wednesdays before."""
    pk = Unit.objects.city().pk
    for week in range(1, 9):
        for hour in (8, 9):
            receive(pk, NOW.replace(hour=hour, minute=0) - timedelta(weeks=week), 10)
    return pk


def receive(pk, hour, number):
    UnitHour.objects.create(unit_id=pk, hour=hour, received=number)


@pytest.mark.parametrize(("so_far", "shown"), [(1, None), (9, None), (10, 10), (19, 19), (20, 20)])
def test_the_running_hour_is_shown_once_it_has_what_is_usual(city, so_far, shown):
    receive(city, NOW.replace(hour=8, minute=0), 7)
    receive(city, NOW.replace(minute=0), so_far)
    found = series.hours(city, NOW.date(), NOW)
    assert found.received[7:11] == [0, 7, shown, None]
    assert found.unusual() == ([9] if so_far > 19 else [])  # 10 and three times its square root


def test_a_day_that_is_over_is_shown_whole(city):
    receive(city, NOW.replace(hour=23, minute=0), 1)
    found = series.hours(city, NOW.date(), NOW + timedelta(days=1))
    assert None not in found.received and found.received[23] == 1


def test_holidays_are_no_like_days_and_a_busy_hour_has_a_wide_band(city):
    holiday = datetime(2026, 9, 2, 9, tzinfo=NOW.tzinfo)  # one of the eight Wednesdays
    UnitHour.objects.filter(unit_id=city, hour=holiday).update(received=900)
    assert series.hours(city, NOW.date(), NOW).high[9] == pytest.approx(10 + 3 * 10**0.5)
    receive(city, holiday.replace(hour=7), 1)
    busy = [NOW.replace(minute=0) - timedelta(weeks=n) for n in (1, 2, 3)]
    UnitHour.objects.filter(unit_id=city, hour__in=busy).update(received=40)
    assert series.hours(city, NOW.date(), NOW).high[9] > 40
