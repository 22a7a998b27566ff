"""Plans of a year: what is attained since its beginning, along the path that was typed or that of the years before."""

from datetime import date
from decimal import Decimal
from random import Random

import pytest

from accounts.actors import Actor
from indicators import board, deliveries, owed, plans, totals
from indicators.arithmetic import Parts
from indicators.models import Indicator, Target
from indicators.topics import TAKER
from live import feed
from tests.feedback.pages import read, signed_in

pytestmark = pytest.mark.django_db
REVENUE, DISBURSED = "budget-revenue", "public-capital-disbursed-city"
EVEN = [Decimal(1)] * 12
HEAVY_END = [Decimal(1)] * 11 + [Decimal(9)]


def bring(code, year, amounts):
    """A year of monthly figures as their department sends them: numbers, or (numerator, denominator)."""
    chosen, rule = Indicator.objects.get(code=code), owed.rule()
    version = chosen.versions.get(number=1)
    given = [deliveries.Given(
        chosen.pk, chosen.owner_id, rule.at("month", date(year, month, 1)).start, version.pk,
        Parts(None, *amount) if isinstance(amount, tuple) else Parts(amount), "final")
        for month, amount in enumerate(amounts, 1) if amount is not None]
    deliveries.bring(deliveries.new(Actor.system("demo"), door="api"), given)
    feed.take_all(TAKER)
    return chosen


def goal(code, value, path=()):
    Target.objects.filter(indicator__code=code).update(value=value, path=list(path), begins=date(2026, 1, 1))


def row(code):
    return board.of_city([one for one in board.catalogue() if one.code == code])[0]


def test_the_path_is_the_median_of_complete_years():
    path = plans.median_path([[Decimal(1), Decimal(4)], [Decimal(1), Decimal(2)], [Decimal(2), Decimal(4)]])
    assert path == [Decimal("0.5"), 1]
    assert plans.median_path([[Decimal(1), Decimal(4)], [Decimal(1), None]]) == [], "one complete year is too few"
    leap = plans.median_path([[Decimal(1), Decimal(2), Decimal(4)], [Decimal(1), Decimal(4)]])
    assert leap == [Decimal("0.25"), Decimal("0.75")], "as far as every year has a place"


def test_amounts_add_up_and_are_judged_along_the_years_before(town):
    goal(REVENUE, 240)
    for year, amounts in ((2024, EVEN), (2025, HEAVY_END)):
        bring(REVENUE, year, amounts)
    bring(REVENUE, 2026, [Decimal(12)] * 6)
    found = row(REVENUE)
    half = (Decimal(6) / 12 + Decimal(6) / 20) / 2
    assert found.standing.course.attained == 72 and found.standing.course.share == half
    assert found.standing.expected == 240 * half == 96 and found.standing.state == "danger"
    bring(REVENUE, 2026, [Decimal(16)] * 6)
    assert row(REVENUE).standing.state == "ok", "96 of 96 by now, though 96 of 240 in the year"


def test_a_typed_path_goes_before(town):
    goal(REVENUE, 100, [Decimal("0.05")] * 12)
    bring(REVENUE, 2026, [Decimal(4), Decimal(2)])
    found = row(REVENUE)
    assert found.standing.expected == 5 and found.standing.state == "ok"


def test_a_missing_month_is_not_passed_over(town):
    goal(REVENUE, 100, [Decimal("0.01")] * 12)
    bring(REVENUE, 2026, [Decimal(4), None, Decimal(50)])
    assert row(REVENUE).standing.state == "unknown", "February is missing: nobody knows what is attained"


def test_what_is_of_the_year_so_far_is_not_added(town):
    goal(DISBURSED, 100, [Decimal("0.2"), Decimal("0.4")])
    bring(DISBURSED, 2026, [(Decimal(30), Decimal(100)), (Decimal(50), Decimal(100))])
    assert row(DISBURSED).standing.course.attained == 50


def test_the_page_of_an_indicator_says_the_same(client, cast):
    goal(REVENUE, 240)
    for year in (2024, 2025):
        bring(REVENUE, year, EVEN)
    bring(REVENUE, 2026, [Decimal(30)] * 3)
    signed_in(client, cast.ha)
    page = read(client.get(f"/du-lieu/{REVENUE}/")).replace("\xa0", " ")
    assert "Lũy kế từ đầu năm 90 tỷ đồng lộ trình đến nay 60 tỷ đồng" in page and "đạt" in page


def test_a_year_in_any_order_is_the_same_course(town):
    amounts = [Decimal(n * n % 7 + 1) for n in range(12)]
    goal(REVENUE, 100)
    chosen = bring(REVENUE, 2025, amounts)
    first = plans.of_city([chosen])[chosen.pk]
    totals.rebuild()
    shuffled = list(enumerate(amounts, 1))
    Random(3).shuffle(shuffled)
    for month, amount in shuffled:
        bring(REVENUE, 2025, [amount if n == month else None for n in range(1, 13)])
    assert plans.of_city([chosen])[chosen.pk] == first
