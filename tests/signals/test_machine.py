"""When alerts begin and end, and how rare a cluster is: pure."""

from math import exp, factorial

import pytest
from hypothesis import given
from hypothesis import strategies as st

from signals.clusters import more_than
from signals.machine import OPEN, Reading, State, run


def course(marks, for_=1, until=1):
    """`x` the condition holds, `.` not, `?` no data."""
    met = {"x": True, ".": False, "?": None}
    return run([Reading(str(place), float(place), met[mark]) for place, mark in enumerate(marks)], for_, until)


@pytest.mark.parametrize(("marks", "for_", "until", "state", "episodes"), [
    ("..", 1, 1, State.NORMAL, []),
    (".x", 1, 1, State.FIRING, [("1", "")]),
    (".x", 2, 1, State.PENDING, []),
    (".xx", 2, 1, State.FIRING, [("2", "")]),
    ("x.x", 2, 1, State.PENDING, []),
    ("x.", 1, 2, State.RECOVERING, [("0", "")]),
    ("x.x..", 1, 2, State.NORMAL, [("0", "4")]),
    ("x.x.x", 1, 1, State.FIRING, [("0", "1"), ("2", "3"), ("4", "")]),
    ("?", 1, 1, State.NO_DATA, []),
    ("x?", 1, 1, State.FIRING, [("0", "")]),
    ("x?.", 1, 1, State.NORMAL, [("0", "2")]),
    ("x?x", 2, 1, State.FIRING, [("2", "")]),
])
def test_an_alert_begins_and_ends_by_its_rule(marks, for_, until, state, episodes):
    found = course(marks, for_, until)
    assert (found.state, [(one.began, one.ended) for one in found.episodes]) == (state, episodes)
    assert (found.open is not None) == (found.state in OPEN)


@given(st.text("x.?", max_size=40), st.integers(1, 3), st.integers(1, 3))
def test_no_data_neither_begins_nor_ends_an_alert(marks, for_, until):
    shown = [(one.periods, bool(one.ended)) for one in course(marks, for_, until).episodes]
    without = [(one.periods, bool(one.ended)) for one in course(marks.replace("?", ""), for_, until).episodes]
    assert shown == without


@pytest.mark.parametrize(("count", "expected"), [(5, 0.3), (5, 1.0), (12, 4.5), (1, 0.1)])
def test_the_chance_of_a_cluster_is_poissons(count, expected):
    below = sum(exp(-expected) * expected**k / factorial(k) for k in range(count))
    assert more_than(count, expected) == pytest.approx(1 - below, abs=1e-12)
