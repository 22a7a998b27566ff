"""What the trial of the wall takes for true, when midnight falls within it: each day begins with nothing."""

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
import time_machine

from dashboards.figures import fold
from dashboards.screens import wall as scenes
from demo.trials import wall
from districts.models import Unit
from feedback import actions
from feedback.rules.rulebook import rulebook
from tests.city import SYSTEM

pytestmark = pytest.mark.django_db
MIDNIGHT = datetime(2026, 11, 28, tzinfo=ZoneInfo("Asia/Ho_Chi_Minh"))
SECOND = timedelta(seconds=1)


@pytest.fixture
def truth(town):
    """Two calls before the trial began, two in it before midnight, one after."""
    for seconds in (-60, -55):
        called(seconds)
    fold.fold_all()
    truth = wall.Truth(MIDNIGHT - 50 * SECOND)
    truth.calls += [called(seconds) for seconds in (-40, -35, 5)]
    return truth


def called(seconds: int) -> wall.Call:
    """Somebody called so many seconds after midnight, and the ticket was acknowledged a second later."""
    at = MIDNIGHT + seconds * SECOND
    with time_machine.travel(at, tick=False):
        actions.open_ticket(actor=SYSTEM, intake=wall.report())
    return wall.Call(at, at + SECOND)


def shown(at: datetime, received: int, day: str = "2026-11-28") -> dict:
    return {"received": received, "overdue": 0, "day": day, "clock": f"{at:%H:%M}"}


@pytest.mark.parametrize(("seconds", "received"), [(-2, 4), (40, 1)])
def test_what_the_wall_counts_is_true_on_either_side_of_midnight(truth, seconds, received):
    fold.fold_all()
    at, city = MIDNIGHT + seconds * SECOND, Unit.objects.get(pk=rulebook().city_id)
    with time_machine.travel(at, tick=False):
        assert scenes.today(city, at)["figures"].received == received
    assert wall.is_true(shown(at, received, f"{at:%Y-%m-%d}"), truth, at)


def test_yesterday_s_figures_under_the_new_day_are_a_lie(truth):
    at = MIDNIGHT + 40 * SECOND
    assert not wall.is_true(shown(at, 5), truth, at)
    assert not wall.is_true(shown(at, 0), truth, at), "the call after midnight was acknowledged long ago"


def test_a_call_across_midnight_may_belong_to_either_day(truth):
    truth.calls.append(wall.Call(MIDNIGHT - SECOND, MIDNIGHT + SECOND))
    at = MIDNIGHT + 40 * SECOND
    assert [wall.is_true(shown(at, received), truth, at) for received in (0, 1, 2, 3)] == [False, True, True, False]


def test_yesterday_may_be_shown_as_long_as_the_news_are_on_their_way(truth):
    for seconds, allowed in ((15, True), (25, False)):
        at = MIDNIGHT + seconds * SECOND
        assert wall.is_true(shown(at, 4, "2026-11-27"), truth, at) is allowed
