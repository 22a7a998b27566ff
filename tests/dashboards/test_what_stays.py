"""What stays with a unit after its ticket went on: missed first dates and stars, in rollups, lists and today."""

from datetime import date, timedelta

import pytest

from dashboards.figures import definitions, fold, registry
from dashboards.figures.periods import Period
from feedback import actions
from feedback.models import Ticket
from feedback.rules.rulebook import rulebook
from tests.city import by, unit
from tests.dashboards.test_fold import differences_here
from tests.feedback.test_actions import opened
from tests.feedback.test_promises import DAY, START
from tests.feedback.test_tricks import HOUR, Q1, Q7

pytestmark = pytest.mark.django_db
NAMES = ("rated", "first_late", "late", "withdrawn_late", "withdrawn_early")


def figures_of(code, period, now):
    """Of the unit, after its lists have been found to show as many rows."""
    pk = unit(code).pk
    found = definitions.figures([pk], period, now)[pk]
    for name in NAMES:
        assert registry.rows_behind(registry.FIGURES[name], pk, period, now).count() == getattr(found, name), name
    return found


def do(verb, ticket, at, **given):
    return actions.VERBS[verb](actor=by(), ticket_id=ticket.pk, at=at, **given)


def test_a_missed_first_date_is_counted_while_it_stands_and_where_it_was(town):
    ticket = do("accept", opened(START), START + HOUR)
    first = ticket.due_at
    do("ask_extension", ticket, START + HOUR, due_at=first + 5 * DAY, note="x")
    do("extend", ticket, START + 2 * HOUR)
    do("ask_citizen", ticket, first + DAY, reply="x")
    period = Period(START.date(), (first + 60 * DAY).date())
    for now in (first + HOUR * 2, first + 2 * DAY):  # from the promises themselves, and from the rollup
        fold.fold_all()
        assert differences_here() == []
        assert figures_of(Q1, period, now).first_late == 1
    do("resume", ticket, first + 2 * DAY, note="x")
    do("transfer", ticket, first + 2 * DAY + HOUR, unit=unit(Q7).pk, note="x")
    do("resolve", ticket, first + 3 * DAY, reply="x")
    fold.fold_all()
    assert differences_here() == []
    now = first + 30 * DAY
    assert [figures_of(code, period, now).first_late for code in (Q1, Q7)] == [1, 0]
    listing = registry.rows_behind(registry.FIGURES["first_late"], unit(Q1).pk, period, now)
    assert [row.unit.code for row in listing.rows(listing.take(None, 9))] == [Q1], "Quận 7 has the promise now"


def test_each_unit_has_the_worst_star_of_its_own_answer(town):
    ticket = do("rate", do("resolve", opened(START), START + HOUR, reply="x"), START + 2 * HOUR, score=3)
    do("reopen", ticket, START + 3 * HOUR, asked_by="citizen", note="x")
    do("transfer", ticket, START + 4 * HOUR, unit=unit(Q7).pk, note="x")
    do("resolve", ticket, START + 5 * HOUR, reply="x")
    for score in (5, 2):
        do("rate", ticket, START + 6 * HOUR + score * timedelta(minutes=-1), score=score)
        fold.fold_all()
        assert differences_here() == []
    period, now = Period(START.date(), START.date()), START + DAY
    assert [figures_of(code, period, now).rated for code in (Q1, Q7)] == [1, 1]
    city = rulebook().city_id
    assert definitions.figures([city], period, now)[city].rated == 2
    assert Ticket.objects.get(pk=ticket.pk).score == 2


def test_stars_on_a_units_own_record_stay_out_wherever_it_lies(cast):
    ticket = opened(START, actor=by(cast.lan))
    do("rate", do("resolve", ticket, START + HOUR, reply="x"), START + 2 * HOUR, score=5)
    do("reopen", ticket, START + 3 * HOUR, asked_by="citizen", note="x")
    do("transfer", ticket, START + 4 * HOUR, unit=unit(Q7).pk, note="x")
    fold.fold_all()
    assert differences_here() == []
    period, now = Period(START.date(), START.date()), START + DAY
    assert [figures_of(code, period, now).rated for code in (Q1, Q7)] == [0, 0]


def test_a_late_date_withdrawn_later_leaves_a_trace_in_the_month_that_it_makes_better(cast):
    ticket, march = opened(START), Period(date(2026, 3, 1), date(2026, 3, 31))
    actions.withdraw(actor=by(cast.sau), ticket_id=ticket.pk, promise=ticket.promises.get().pk, note="x",
                     at=START + 35 * DAY)
    fold.fold_all()
    april = Period(date(2026, 4, 1), date(2026, 4, 30))
    for period in (march, april):
        found = figures_of(Q1, period, START + 40 * DAY)
        assert (found.late, found.withdrawn_late) == (0, 1), "in the month of its date, and in that of the deed"
