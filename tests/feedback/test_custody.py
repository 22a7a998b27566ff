"""Who had a ticket before: what each keeps when it goes from unit to unit, and what comes back with it."""

from datetime import timedelta
from importlib import import_module

import pytest
from django.apps import apps

from feedback import actions
from feedback.rules.promises import verdict
from feedback.rules.workflow import IllegalMove
from tests.city import by, unit
from tests.feedback.test_actions import opened
from tests.feedback.test_corrections import category
from tests.feedback.test_promises import DAY, START, Life, book  # noqa: F401
from tests.feedback.test_tricks import HOUR, Q1, Q7, hand

pytestmark = pytest.mark.django_db
MINUTE = timedelta(minutes=1)


def test_who_hands_on_at_the_last_minute_keeps_its_date_though_the_other_had_one_before(book):  # noqa: F811
    """One correction to another unit and by hand back arms Quận 1: its own transfer then withdraws its date."""
    life = Life(book).do("edit", START + DAY, values={"category_id": category("xe-buyt")})
    other = book.units[life.ticket.unit_id].code
    hand(life, START + DAY + HOUR, Q1)
    last = life.ticket.due_at - MINUTE
    hand(life, last, other)
    assert (Q1, "broken") in life.verdicts(last + DAY), "less than a working day was left: it stays with the giver"


def test_who_gets_a_ticket_back_by_way_of_the_hotline_has_the_time_it_had(book):  # noqa: F811
    """Given away with a day and an hour left; who had it lets the date pass and returns it to the hotline, which
    forwards it: Quận 1 has what it had, as when it is handed back directly, and no ten days."""
    life = Life(book)
    due = life.ticket.due_at
    hand(life, due - DAY - HOUR, "770")
    back = due + DAY
    life.do("send_back", back, note="x").do("forward", back + MINUTE, unit=unit(Q1).pk)
    assert life.ticket.due_at <= back + 5 * DAY, "a day and an hour of work, over a weekend at most"


def test_who_is_relieved_of_a_ticket_by_the_hotline_is_not_late_with_it(cast):
    """A supervisor takes Quận 7's ticket an hour before its date; Quận 7 can answer no more."""
    ticket = opened(START, area=Q7)
    due = ticket.due_at
    ticket = actions.transfer(actor=by(cast.sau), ticket_id=ticket.pk, unit=unit(Q1).pk, note="x", at=due - HOUR)
    assert (Q7, "broken") not in [(p.unit.code, verdict(p, due + DAY).value) for p in ticket.promises.all() if p.counts]


@pytest.mark.parametrize("way", ["unit", "hotline"])
def test_time_to_accept_counts_what_lay_with_the_unit_before_though_its_date_stayed_elsewhere(book, way):  # noqa: F811
    life = Life(book)
    due = life.ticket.due_at
    if way == "unit":
        hand(hand(life, due - 4 * DAY, Q7), due - 2 * HOUR, Q1)  # Quận 7 had it for days: the date stays there
        back = due - 2 * HOUR
    else:
        back = due + HOUR
        life.do("send_back", due - DAY - HOUR, note="x").do("forward", back, unit=unit(Q1).pk)
    life.do("accept", back + MINUTE)
    assert life.ticket.minutes_to_accept >= 3 * 480, "it lay with Quận 1 for days, and nobody took it"


@pytest.mark.parametrize("way", ["correction", "reject", "transfer"])
def test_who_had_accepted_at_once_is_not_slow_because_the_hotline_took_it_away_and_back(book, way):  # noqa: F811
    life = Life(book).do("accept", START + MINUTE)
    at = START + 7 * DAY
    if way == "correction":
        life.do("edit", at, values={"category_id": category("xe-buyt")})
        life.do("edit", at + MINUTE, values={"category_id": category("trat-tu-lan-chiem")})
    elif way == "reject":
        life.do("reject", at, reply="x").do("reopen", at + MINUTE, asked_by="hotline", note="x")
    else:
        hand(hand(life, at, Q7), at + MINUTE, Q1)
    life.do("accept", at + 2 * MINUTE)
    assert life.ticket.minutes_to_accept <= 10


def test_what_was_refused_is_not_asked_again_after_a_round_trip(book):  # noqa: F811
    life = Life(book).do("accept", START + HOUR)
    due = life.ticket.due_at
    life.do("ask_extension", START + HOUR, due_at=due + 5 * DAY, note="x")
    life.do("refuse_extension", START + 2 * HOUR, note="x")
    hand(hand(life, START + 3 * HOUR, Q7), START + 4 * HOUR, Q1)
    with pytest.raises(IllegalMove):
        life.do("ask_extension", START + 5 * HOUR, due_at=due + 5 * DAY, note="x")


def test_what_was_extended_is_not_extended_again_though_the_date_stayed_elsewhere(book):  # noqa: F811
    life = Life(book).do("accept", START + HOUR)
    due = life.ticket.due_at
    life.do("ask_extension", START + HOUR, due_at=due + 5 * DAY, note="x").do("extend", START + 2 * HOUR)
    back = life.ticket.due_at - HOUR
    hand(hand(life, due - 3 * DAY, Q7), back, Q1)
    assert life.life.promise.first_due_at is not None, "the citizen's first date is another one than this"
    with pytest.raises(IllegalMove):
        life.do("ask_extension", back + MINUTE, due_at=life.ticket.due_at + DAY, note="x")


def test_chains_of_before_are_kept(town):
    """What stood in the explanation of a date that is owed still, when the chain became the ticket's."""
    migration = import_module("feedback.migrations.0037_chains_of_before")
    ticket = opened(START, area=Q7)
    promise, left = ticket.promises.get(), START + DAY
    promise.explanation |= {"held": [[unit(Q1).pk, left.isoformat(), promise.due_at.isoformat()]]}
    promise.save()
    migration.chains(apps, None)
    ticket.refresh_from_db()
    [stay] = ticket.stays
    assert (stay["unit"], stay["until"], stay["rule"]) == (unit(Q1).pk, left.isoformat(), promise.rule_id)
    ticket = actions.transfer(actor=by(), ticket_id=ticket.pk, unit=unit(Q1).pk, note="x", at=START + 2 * DAY)
    assert ticket.due_at == promise.due_at and ticket.promises.count() == 1
