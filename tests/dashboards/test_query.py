"""Periods: what they are compared with, how an address names them; what cannot be shown gives the default."""

from datetime import date

import pytest
from django.utils import timezone

from dashboards.figures.periods import Period
from dashboards.screens import query
from districts.models import Unit

D = date.fromisoformat


@pytest.mark.django_db
@pytest.mark.parametrize(("start", "end", "is_read"), [
    ("2026-01-02", "2026-01-30", True),
    ("1900-01-01", "1900-01-05", False),  # the period before it would lie outside the years we know
    ("1900-01-06", "1900-01-10", True),
    ("0001-01-01", "0001-01-31", False),
    ("2026-02-02", "2026-02-01", False),
    ("0001-01-01", "", False),
    ("soon", "", False),
])
def test_a_period_is_read_or_explained(town, start, end, is_read):
    found = query.period({"tu": start, "den": end}, Unit.objects.city(), timezone.now())
    assert (found.error == "") == is_read
    assert found.period.before().days == found.period.days


@pytest.mark.parametrize(("period", "first", "last"), [
    (Period.so_far("month", D("2026-11-26")), "2026-10-01", "2026-10-26"),
    (Period.so_far("month", D("2026-11-30")), "2026-10-01", "2026-10-31"),  # all of it against all of it
    (Period.so_far("month", D("2026-03-29")), "2026-02-01", "2026-02-28"),
    (Period.so_far("quarter", D("2026-11-26")), "2026-07-01", "2026-08-26"),
    (Period.so_far("year", D("2026-11-26")), "2025-01-01", "2025-11-26"),
    (Period.so_far("week", D("2026-11-26")), "2026-11-16", "2026-11-19"),
    (Period.whole_before("month", D("2026-03-15")), "2026-01-01", "2026-01-31"),
    (Period.whole_before("quarter", D("2026-01-15")), "2025-07-01", "2025-09-30"),
    (Period.whole_before("year", D("2026-01-15")), "2024-01-01", "2024-12-31"),
    (Period(D("2026-04-01"), D("2026-06-30")), "2026-01-01", "2026-03-31"),
    (Period(D("2026-04-02"), D("2026-04-11")), "2026-03-23", "2026-04-01"),
    (Period(D("2024-02-29"), D("2024-02-29")).against_last_year(), "2023-02-28", "2023-02-28"),
    (Period.last(7, D("2026-03-02")).against_last_year(), "2025-02-24", "2025-03-02"),
    (Period.so_far("week", D("2026-11-26")).against_last_year(), "2025-11-23", "2025-11-26"),
    (Period(D("2025-02-01"), D("2025-02-28")).against_last_year(), "2024-02-01", "2024-02-29"),
])
def test_a_period_is_compared_with(period, first, last):
    assert period.before() == Period(D(first), D(last))


@pytest.mark.django_db
@pytest.mark.parametrize("preset", query.PRESETS)
@pytest.mark.parametrize("last_year", [{}, {"so": "nam"}])
def test_every_preset_comes_back_from_its_address(town, preset, last_year):
    city, now = Unit.objects.city(), timezone.now()
    found = query.period({"ky": preset, "ban-do": "ranh-gioi"} | last_year, city, now)
    assert found.preset == preset and not found.error and found.period.last_year == bool(last_year)
    again = query.period(dict(pair.split("=") for pair in found.encoded.split("&")), city, now)
    assert again == found
    chosen = [here for _word, _address, here in [*found.at_once, *found.others]]
    assert sum(chosen) == 1
