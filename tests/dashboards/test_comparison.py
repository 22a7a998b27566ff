"""Units in bands, each within its group; what must be seen first is strongest on the map."""

import pytest
from django.utils import timezone

from dashboards.figures import comparison
from dashboards.figures.definitions import Figures
from dashboards.screens import wall
from districts.models import Unit
from hcmc_ioc.lib import svg
from tests.city import unit

pytestmark = pytest.mark.django_db


def figures(**rates):
    """Due and kept per unit code, as `q760=(100, 90)`."""
    return {unit(code[1:]).pk: Figures(due=due, due_met=met) for code, (due, met) in rates.items()}


def urban():
    return list(Unit.objects.in_force().areas().filter(kind__in=("urban_district", "municipality")))


def test_bands_are_worst_first_then_by_name_and_few_promises_are_judged_by_nobody(town):
    usual = {one.pk: Figures(due=1000, due_met=895 + place) for place, one in enumerate(urban())}
    found = usual | figures(q778=(1000, 990), q773=(1000, 500), q774=(10, 0))
    rows = comparison.standings(urban(), found)
    bands = [(row.unit.code, row.band) for row in rows if row.band != "usual"]
    assert bands == [("773", "worse"), ("778", "better"), ("774", "unknown")]
    some = urban()[:9]
    assert {row.band for row in comparison.standings(some, found)} == {"unknown"}, "nine units are no group"
    assert all(row.group_rate for row in comparison.standings(some, found)), "what they reach together is known"


def test_what_all_differ_by_is_no_verdict_on_one(town):
    """By chance alone every one of these would stand out; so much they differ always."""
    found = {one.pk: Figures(due=20_000, due_met=17_000 + 150 * place) for place, one in enumerate(urban())}
    assert {row.band for row in comparison.standings(urban(), found)} == {"usual"}


def test_each_group_is_compared_within_itself(town):
    """A rural district with 80 % among others of 80 % is usual, though every urban one has 99 %."""
    rural = list(Unit.objects.in_force().areas().filter(kind="rural_district"))
    found = {u.pk: Figures(due=1000, due_met=800) for u in rural} | {
        u.pk: Figures(due=1000, due_met=990) for u in urban()}
    groups = comparison.groups(rural + urban(), found)
    assert {row.band for row in groups["urban"]} == {"usual"} and {row.band for row in groups["rural"]} == {"unknown"}
    assert [round(rows[0].group_rate, 2) for rows in groups.values()] == [0.8, 0.99]


def test_the_wall_watches_only_who_is_clearly_lower(town, monkeypatch):
    def rates(ids, *_period, **_more):
        return {pk: Figures(due=100, due_met=60 if pk == unit("773").pk else 95) for pk in ids}

    monkeypatch.setattr("dashboards.figures.definitions.figures", rates)
    scene = wall.units(Unit.objects.city(), timezone.now())
    assert [row.unit.code for row in scene["worst"]] == ["773"]


def test_the_lowest_rate_is_the_strongest_colour():
    uppers = svg.limits([0.8, 0.85, 0.9, 0.95, 1.0])
    tones = [svg.class_of(rate, uppers, low_is_strong=True) for rate in (0.8, 0.9, 1.0, None)]
    assert tones == ["q5", "q3", "q1", "none"]
    assert svg.legend(uppers, 1.0, "percent", low_is_strong=True).index("q5") < svg.legend(
        uppers, 1.0, "percent", low_is_strong=True).index("q1")
