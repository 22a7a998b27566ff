"""Figures through the door of other systems: the same numbers as on the screens, of what the caller may see."""

from datetime import timedelta

import pytest
from django.utils import timezone

from dashboards.figures import definitions, fold
from dashboards.figures.periods import Period
from dashboards.figures.registry import FIGURES
from districts.models import Unit
from feedback import actions
from tests.city import by, unit
from tests.feedback.test_actions import opened

pytestmark = pytest.mark.django_db


@pytest.fixture
def busy(callers):
    now = timezone.now()
    for days in (1, 2, 40):
        opened(at=now - timedelta(days=days))
    done = opened(at=now - timedelta(days=3))
    actions.resolve(actor=by(), ticket_id=done.pk, reply="Xong", at=now - timedelta(days=1))
    fold.fold_all()
    return now


def test_every_figure_is_told_with_its_definition(callers, busy):
    told = callers.q1.get("figures/").json()
    expected = definitions.figures([unit("760").pk], Period.last(30, timezone.localdate(busy)), busy)[unit("760").pk]
    for code, value in told["figures"].items():
        if code not in ("area_open", "area_overdue", "open", "overdue"):
            assert value == FIGURES[code].value(expected), code
    assert (told["unit"], told["figures"]["received"], told["figures"]["area_open"]) == ("760", 3, 3)
    assert {row["code"] for row in told["definitions"]} == set(told["figures"])
    assert set(definitions.PUBLISHED) <= set(told["figures"])  # as `manage.py figures --json` names them


def test_only_units_within_reach_are_told(callers, busy):
    assert callers.q1.get("figures/", {"unit": "778"}).status_code == 404
    assert callers.city.get("figures/", {"unit": "778"}).json()["figures"]["received"] == 0
    assert callers.city.get("figures/").json()["unit"] == Unit.objects.city().code
    assert callers.reader.get("figures/").status_code == 403


@pytest.mark.parametrize("query", [{"from": "x"}, {"from": "2026-02-02", "to": "2026-02-01"}, {"from": "0001-01-01"}])
@pytest.mark.parametrize("path", ["figures/", "series/", "comparisons/"])
def test_days_that_cannot_be_read_are_named(callers, path, query):
    answer = callers.q1.get(path, query)
    assert answer.status_code == 400 and answer.json()["errors"][0]["parameter"] == "from"


def test_a_series_has_a_number_for_each_day_that_is_over(callers, busy):
    today = timezone.localdate(busy)
    rows = callers.q1.get("series/", {"from": (today - timedelta(days=4)).isoformat()}).json()["results"]
    assert [row["value"] for row in rows] == [0, 1, 1, 1, None] and rows[-1]["day"] == today.isoformat()
    assert callers.q1.get("series/", {"figure": "on_time"}).status_code == 200
    assert callers.q1.get("series/", {"figure": "x"}).status_code == 400


def test_units_stand_beside_their_like_in_bands(callers, busy):
    rows = callers.city.get("comparisons/").json()["results"]
    mine = next(row for row in rows if row["unit"] == "760")
    assert (mine["group"], mine["band"], mine["figures"]["received"]) == ("urban", "unknown", 3)
    assert {row["group"] for row in callers.city.get("comparisons/", {"unit": "760"}).json()["results"]} == {"urban"}


def test_units_are_compared_with_the_rate_by_the_first_date_and_what_was_withdrawn_beside(callers):
    """A unit whose dates are extended looks the same as one that needs none."""
    told = callers.city.get("comparisons/").json()["results"][0]["figures"]
    assert {"on_time_first", "withdrawn_late", "withdrawn_early"} <= told.keys()
