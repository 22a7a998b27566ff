"""One answer is one kept promise, at the unit that gave it; what is broken counts before what is kept."""

from datetime import timedelta

import pytest

from feedback.rules.promises import verdict
from tests.city import unit
from tests.feedback.counting import counted
from tests.feedback.test_promises import DAY, START, Life, book  # noqa: F401
from tests.feedback.test_tricks import HOUR, Q1, Q7, hand

pytestmark = pytest.mark.django_db
MINUTE = timedelta(minutes=1)


def handed_on_in_the_last_hour(book):  # noqa: F811
    """Quận 1 is sure of the answer and hands on; Quận 7 gives it a minute later. Returns the date of Quận 1 too."""
    life = Life(book)
    due = life.ticket.due_at
    return hand(life, due - HOUR, Q7).do("resolve", due - HOUR + MINUTE, reply="x"), due


def test_one_answer_in_time_is_one_kept_promise(book):  # noqa: F811
    life, _due = handed_on_in_the_last_hour(book)
    assert [counted(life, book, code, "met") for code in (Q1, Q7)] == [0, 1]


def test_a_date_left_behind_counts_where_it_is_broken(book):  # noqa: F811
    life = Life(book)
    due = life.ticket.due_at
    hand(life, due - HOUR, Q7).do("resolve", due + HOUR, reply="x")
    assert (counted(life, book, Q1, "due"), counted(life, book, Q1, "met")) == (1, 0)


def test_what_was_kept_with_an_answer_that_was_not_good_counts_for_nobody(book):  # noqa: F811
    life, due = handed_on_in_the_last_hour(book)
    life.do("reopen", due + HOUR, asked_by="citizen", note="x")
    assert [p.unit_id for p in life.owed() if p.counts and verdict(p, due + HOUR).value == "kept"] == []


def test_a_broken_date_counts_before_one_that_another_units_answer_kept(book):  # noqa: F811
    life, due = handed_on_in_the_last_hour(book)
    hand(life.do("reopen", due + HOUR, asked_by="citizen", note="x"), due + 2 * HOUR, Q1)
    life.do("resolve", due + 40 * DAY, reply="x")  # a month late
    assert (counted(life, book, Q1, "due"), counted(life, book, Q1, "met")) == (1, 0)


def test_sending_to_and_fro_pads_no_clock_of_the_hotline(book):  # noqa: F811
    life, at = Life(book), START
    for _time in range(5):
        life.do("send_back", at + MINUTE, note="x").do("forward", at + 2 * MINUTE, unit=unit(Q1).pk)
        at += 2 * MINUTE
    assert [p.counts for p in life.owed("clarify")] == [True, False, False, False, False]
    life.do("send_back", at + MINUTE, note="x").do("forward", at + DAY, unit=unit(Q1).pk)
    assert [verdict(p, at + DAY).value for p in life.owed("clarify") if p.counts] == ["broken"]
