"""What is said of a change: the same in sentence and tile, and nothing of few cases."""

from datetime import date, timedelta

import pytest

from dashboards.figures import sentences, series
from dashboards.figures.definitions import Figures
from dashboards.figures.periods import Period
from dashboards.models import UnitDay
from dashboards.screens import overview
from dashboards.templatetags.figures import _trend
from districts.models import Unit

TODAY = date(2026, 11, 25)
WEEK = Period.last(7, TODAY)


def said(now, before, period=WEEK):
    return " ".join(sentences.situation(now, before, period, TODAY))


def told_by_tiles(now, before):
    return {tile.figure.code: _trend(tile, WEEK) for tile in overview.tiles(now, before, {})}


def test_two_promises_make_no_hundred_points():
    now, before = Figures(received=30, due=2, due_met=2), Figures(received=30, due=2, due_met=0)
    assert "điểm" not in said(now, before) and told_by_tiles(now, before)["on_time"] == ""


def test_few_reports_make_no_wild_rise():
    now, before = Figures(received=43), Figures(received=7)
    assert "514" not in said(now, before) and "kỳ trước 7" in said(now, before)
    assert told_by_tiles(now, before)["received"] == "kỳ trước 7"
    assert "tăng 100% so với kỳ trước" in said(Figures(received=80), Figures(received=40))


@pytest.mark.parametrize("met", [950, 951, 954, 955, 956, 990])
def test_sentence_and_tile_say_the_same_of_a_rate(met):
    now, before = Figures(received=30, due=1000, due_met=met), Figures(received=30, due=1000, due_met=950)
    words = told_by_tiles(now, before)["on_time"]
    assert words and f"đúng hạn, {words}." in said(now, before)
    assert (words == "ngang kỳ trước") == (met < 955)


def test_a_past_period_has_its_dates_and_what_stands_is_as_of_now():
    spring = Period(date(2026, 4, 2), date(2026, 6, 30))
    words = said(Figures(received=30, open=4, overdue=1), Figures(received=30), spring)
    assert "Từ 02/04 đến 30/06/2026 tiếp nhận" in words and "ngày qua" not in words and "Hiện có 4" in words
    notes = {tile.figure.code: tile.note for tile in overview.tiles(Figures(open=4), Figures(), {})}
    assert notes["open"].startswith("hiện nay") and notes["overdue"].startswith("hiện nay")


@pytest.mark.parametrize(("period", "name"), [
    (Period(date(2026, 7, 1), date(2026, 9, 30)), "Quý III/2026"),
    (Period(date(2026, 10, 1), date(2026, 10, 31)), "Tháng 10/2026"),
    (Period(date(2025, 1, 1), date(2025, 12, 31)), "Năm 2025"),
    (Period(date(2026, 1, 1), date(2026, 6, 30)), "6 tháng đầu năm 2026"),
    (Period(date(2026, 2, 1), date(2026, 4, 30)), "Từ 01/02 đến 30/04/2026"),
    (Period(date(2025, 12, 20), date(2026, 1, 5)), "Từ 20/12/2025 đến 05/01/2026"),
    (Period.so_far("week", TODAY), "Tuần này đến ngày 25/11"),
    (Period.so_far("month", TODAY), "Tháng 11/2026 đến ngày 25/11"),
    (Period.so_far("quarter", TODAY), "Quý IV/2026 đến ngày 25/11"),
    (Period.so_far("year", TODAY), "Năm 2026 đến ngày 25/11"),
    (WEEK, "7 ngày qua"),
    (Period(TODAY, TODAY), "Trong ngày"),
    (Period(date(2026, 3, 9), date(2026, 3, 9)), "Ngày 09/03/2026"),
])
def test_a_period_is_named_as_people_say_it(period, name):
    assert sentences.named(period, TODAY) == name


def test_the_same_period_of_last_year_is_said():
    now, before, year_ago = Figures(received=80), Figures(received=40), WEEK.against_last_year()
    assert "tăng 100% so với cùng kỳ năm trước" in said(now, before, year_ago)


@pytest.mark.django_db
def test_today_is_no_fall_beside_whole_days(town):
    city = Unit.objects.city().pk
    for days in range(7):
        UnitDay.objects.create(unit_id=city, day=TODAY - timedelta(days=days), received=10)
    assert series.daily(city, WEEK, "received", today=TODAY)["received"] == [10] * 6 + [None]
    assert series.daily(city, WEEK, "received", today=TODAY + timedelta(days=1))["received"] == [10] * 7
