"""Stars and reopenings: each unit has the worst of its own answer, on the day it was given."""

from datetime import timedelta

import pytest

from feedback.rules import facts
from tests.city import unit
from tests.feedback.counting import counted
from tests.feedback.test_promises import DAY, START, Life, book  # noqa: F401
from tests.feedback.test_tricks import HOUR, Q1, Q7, hand

pytestmark = pytest.mark.django_db
MINUTE = timedelta(minutes=1)


def test_a_bad_star_does_not_vanish_by_handing_the_ticket_to_who_recorded_it(book):  # noqa: F811
    life = Life(book)
    life.ticket.recorded_by_id = unit(Q7).pk
    life.do("resolve", START + HOUR, reply="x").do("rate", START + 2 * HOUR, score=1)
    assert counted(life, book, Q1, "rated") == 1
    hand(life.do("reopen", START + 3 * HOUR, asked_by="citizen", note="x"), START + 4 * HOUR, Q7)
    assert counted(life, book, Q1, "rated") == 1


def test_a_second_rating_moves_the_bad_one_into_no_other_month(book):  # noqa: F811
    life = Life(book).do("resolve", START + HOUR, reply="x").do("rate", START + 2 * HOUR, score=1)
    before = facts.of(life.ticket, life.life.promises)["rated"]
    life.do("reopen", START + 20 * DAY, asked_by="citizen", note="x").do("resolve", START + 35 * DAY, reply="x")
    life.do("rate", START + 40 * DAY, score=5)
    assert facts.of(life.ticket, life.life.promises)["rated"] == before


def test_a_worse_star_of_another_unit_wipes_out_none(book):  # noqa: F811
    life = Life(book).do("resolve", START + HOUR, reply="x").do("rate", START + 2 * HOUR, score=3)
    hand(life.do("reopen", START + 3 * HOUR, asked_by="citizen", note="x"), START + 4 * HOUR, Q7)
    life.do("resolve", START + 5 * HOUR, reply="x").do("rate", START + 6 * HOUR, score=2)
    assert counted(life, book, Q1, "rated") == 1


def test_a_second_reopening_moves_the_first_into_no_other_month(book):  # noqa: F811
    life = Life(book).do("resolve", START + HOUR, reply="x").do("reopen", START + DAY, asked_by="citizen", note="x")
    before = facts.of(life.ticket, life.life.promises)["reopened"]
    life.do("resolve", START + 2 * DAY, reply="x").do("reopen", START + 31 * DAY, asked_by="hotline", note="x")
    assert facts.of(life.ticket, life.life.promises)["reopened"] == before


def test_five_stars_put_in_first_shut_no_citizen_up(book):  # noqa: F811
    """A befriended operator rates every answer at once; the citizen who calls to complain is told that it is rated."""
    life = Life(book).do("resolve", START + HOUR, reply="x").do("rate", START + HOUR + MINUTE, score=5)
    life.do("rate", START + DAY, score=1)  # the worst judged counts: a worse one must be taken
    assert life.ticket.score == 1
