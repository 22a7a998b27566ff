"""Corrections to and fro: what is taken back gives what was before, and no sequence of them gives time."""

from datetime import timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from feedback.rules.workflow import IllegalMove
from tests.feedback.test_promises import BACKGROUND, DAY, START, Life, book  # noqa: F401
from tests.feedback.test_tricks import HOUR

pytestmark = pytest.mark.django_db
LEVELS = ("normal", "urgent", "emergency")


def test_a_sterner_level_put_in_twice_gives_no_later_date(book):  # noqa: F811
    life = Life(book)
    due = life.ticket.due_at
    for n, level in enumerate(("urgent", "normal"), 1):
        life.do("edit", START + n * HOUR, values={"urgency": level})
    normal, at = life.ticket.due_at, life.ticket.due_at - HOUR
    assert normal == due, "the unit had it all the time"
    life.do("edit", at, values={"urgency": "urgent"})
    assert life.ticket.due_at <= normal, "tightened: never later than it was"


def test_a_first_date_that_passed_comes_not_back_by_a_correction(book):  # noqa: F811
    life = Life(book).do("accept", START + HOUR)
    first = life.ticket.due_at
    life.do("ask_extension", START + HOUR, due_at=first + 5 * DAY, note="x").do("extend", START + 2 * HOUR)
    for n, level in enumerate(("urgent", "normal")):
        life.do("edit", START + (3 + n) * HOUR, values={"urgency": level})
    late = first + 2 * DAY
    assert life.life.promise.first_due_at < late
    life.do("edit", late, values={"urgency": "urgent"})
    assert life.life.promise.first_due_at < late and life.ticket.due_at <= first + 6 * DAY


def test_several_units_on_for_days_and_off_again_gives_no_time(book):  # noqa: F811
    """The unit had it all the time: nothing lay elsewhere, so nothing moves the old date."""
    life = Life(book)
    normal = life.ticket.due_at
    looser = life.do("edit", START + HOUR, values={"needs_several": True}).ticket.due_at
    life.do("edit", looser - HOUR, values={"needs_several": False})
    assert normal < looser and life.ticket.due_at <= looser
    assert "corrected" not in str(life.life.promise.explanation), "it was at no other unit"


def test_a_correction_taken_back_while_the_citizen_is_asked_counts_the_pause_once(book):  # noqa: F811
    life = Life(book).do("accept", START)
    plain = Life(book).do("accept", START).do("ask_citizen", START + 2 * HOUR, reply="x")
    plain.do("resume", START + 3 * DAY, note="x")
    life.do("edit", START + HOUR, values={"needs_several": True}).do("ask_citizen", START + 2 * HOUR, reply="x")
    life.do("edit", START + 2 * DAY, values={"needs_several": False}).do("resume", START + 3 * DAY, note="x")
    assert life.ticket.due_at == plain.ticket.due_at


def test_corrections_while_the_citizen_is_asked_lengthen_no_waiting(book):  # noqa: F811
    life = Life(book).do("accept", START).do("ask_citizen", START + HOUR, reply="x")
    for n, level in enumerate(("urgent", "emergency", "normal", "urgent", "normal")):
        life.do("edit", START + (n + 1) * DAY, values={"urgency": level})
    life.do("resume", START + 20 * DAY, note="x")
    assert life.ticket.paused_minutes <= 5 * 480


def test_a_granted_extension_never_shortens(book):  # noqa: F811
    """Corrected to something looser meanwhile, nothing is left to grant."""
    life = Life(book).do("accept", START + HOUR)
    due = life.ticket.due_at
    life.do("ask_extension", START + HOUR, due_at=due + DAY, note="x")
    looser = life.do("edit", START + 2 * HOUR, values={"needs_several": True}).ticket.due_at
    with pytest.raises(IllegalMove):
        life.do("extend", START + 3 * HOUR)
    assert life.do("refuse_extension", START + 3 * HOUR, note="x").ticket.due_at == looser > due + DAY


@settings(**BACKGROUND)
@given(steps=st.lists(st.tuples(st.sampled_from(LEVELS), st.booleans(), st.integers(1, 4 * 24 * 60)), max_size=10))
def test_no_corrections_give_more_than_the_loosest_of_them(book, steps):  # noqa: F811
    loosest = max(Life(book, urgency=level, needs_several=several).ticket.due_at
                  for level in LEVELS for several in (False, True))
    life, at = Life(book), START
    for level, several, minutes in steps:
        at += timedelta(minutes=minutes)
        late, due = life.ticket.due_at < at, life.ticket.due_at
        life.do("edit", at, values={"urgency": level, "needs_several": several})
        assert life.ticket.due_at <= loosest
        assert life.ticket.due_at == due if late else life.ticket.due_at >= at, "late stays late, and nothing else is"
