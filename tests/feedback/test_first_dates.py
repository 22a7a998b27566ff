"""The citizen's first date: once it passed it is missed, by the unit that had it then, whatever comes after."""

from datetime import timedelta

import pytest

from tests.city import unit
from tests.feedback.counting import counted
from tests.feedback.test_corrections import category
from tests.feedback.test_promises import DAY, START, Life, book  # noqa: F401
from tests.feedback.test_tricks import HOUR, Q1, Q7, hand

pytestmark = pytest.mark.django_db
MINUTE = timedelta(minutes=1)


@pytest.mark.parametrize("way", ["transfer", "send_back"])
def test_a_first_date_that_passed_stays_with_who_let_it_pass(book, way):  # noqa: F811
    life = Life(book).do("accept", START + HOUR)
    first = life.ticket.due_at
    life.do("ask_extension", START + HOUR, due_at=first + 5 * DAY, note="x").do("extend", START + 2 * HOUR)
    if way == "transfer":
        hand(life, first + DAY, Q7)
    else:
        life.do("send_back", first + DAY, note="x").do("forward", first + DAY + HOUR, unit=unit(Q7).pk)
    life.do("resolve", first + DAY + 2 * HOUR, reply="x")
    assert (counted(life, book, Q1, "first_due"), counted(life, book, Q1, "first_met")) == (1, 0)
    assert counted(life, book, Q7, "first_due") == counted(life, book, Q7, "first_met"), "it never had that date"


def test_a_question_takes_no_missed_first_date_out_of_the_figures(book):  # noqa: F811
    life = Life(book).do("accept", START + HOUR)
    first = life.ticket.due_at
    life.do("ask_extension", START + HOUR, due_at=first + 5 * DAY, note="x").do("extend", START + 2 * HOUR)
    assert counted(life, book, Q1, "first_due") == 1
    life.do("ask_citizen", first + 2 * DAY, reply="x")
    assert counted(life, book, Q1, "first_due") == 1, "the first date passed while its clock ran"


@pytest.mark.parametrize("verb", ["edit", "reject"])
def test_no_other_end_takes_a_missed_first_date_out_of_the_figures(book, verb):  # noqa: F811
    life = Life(book).do("accept", START + HOUR)
    first = life.ticket.due_at
    life.do("ask_extension", START + HOUR, due_at=first + 5 * DAY, note="x").do("extend", START + 2 * HOUR)
    given = {"values": {"category_id": category("xe-buyt")}} if verb == "edit" else {"reply": "x"}
    life.do(verb, first + 2 * DAY, **given)
    assert (counted(life, book, Q1, "first_due"), counted(life, book, Q1, "first_met")) == (1, 0)
