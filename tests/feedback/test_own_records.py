"""What a unit records itself: counted apart, no weapon against others and no shelter from citizens."""

from datetime import date, timedelta

import pytest
from django.core.exceptions import PermissionDenied

from accounts.models import Membership
from districts.models import Unit
from feedback import actions
from feedback.rules import facts, rulebook
from feedback.rules.promises import verdict
from tests.city import by, intake, unit
from tests.feedback.counting import counted
from tests.feedback.test_actions import opened
from tests.feedback.test_promises import DAY, START, Life, book  # noqa: F401
from tests.feedback.test_tricks import HOUR, Q1, Q7, hand

pytestmark = pytest.mark.django_db
MINUTE = timedelta(minutes=1)


def test_a_unit_earns_no_star_by_handing_on_what_it_recorded_itself(book):  # noqa: F811
    life = Life(book)
    life.ticket.recorded_by_id = unit(Q1).pk
    life.do("resolve", START + HOUR, reply="x").do("rate", START + 2 * HOUR, score=5)
    assert counted(life, book, Q1, "rated") == 0
    hand(life.do("reopen", START + 3 * HOUR, asked_by="citizen", note="x"), START + 4 * HOUR, Q7)
    assert counted(life, book, Q1, "rated") == 0, "its own record earns no star, wherever it lies now"


def test_nor_by_sending_it_back(book):  # noqa: F811
    """No other unit is needed: once reopened, the unit's own "not mine" counts its stars."""
    life = Life(book)
    life.ticket.recorded_by_id = unit(Q1).pk
    life.do("resolve", START + HOUR, reply="x").do("rate", START + 2 * HOUR, score=5)
    life.do("reopen", START + 3 * HOUR, asked_by="citizen", note="x").do("send_back", START + 4 * HOUR, note="x")
    assert counted(life, book, Q1, "rated") == 0


def test_what_a_counter_writes_down_late_lengthens_no_other_units_time(cast):
    ticket = actions.open_ticket(actor=by(cast.lan), at=START, intake=intake(occurred_at=START - 300 * DAY))
    actions.transfer(actor=by(cast.lan), ticket_id=ticket.pk, unit=unit(Q7).pk, note="x", at=START + MINUTE)
    ticket = actions.resolve(actor=by(), ticket_id=ticket.pk, reply="x", at=START + HOUR)
    assert ticket.handling_minutes <= 60, "Quận 7 had it for an hour"


def test_who_records_late_owes_no_second_date_on_what_it_handed_on(cast):
    """Its own second date stays behind and makes the receiver's ticket "late at an earlier unit" in ten days."""
    ticket = actions.open_ticket(actor=by(cast.lan), at=START, intake=intake(occurred_at=START - 300 * DAY))
    ticket = actions.transfer(actor=by(cast.lan), ticket_id=ticket.pk, unit=unit(Q7).pk, note="x", at=START + MINUTE)
    running = [p for p in ticket.promises.all() if verdict(p, START + HOUR).value == "running"]
    assert [p.unit_id for p in running] == [unit(Q7).pk]


def test_what_a_unit_records_and_keeps_is_late_with_it_not_with_who_gets_it_last(cast):
    """An invented emergency of Quận 1's counter, handed on with one working hour left."""
    ticket = actions.open_ticket(actor=by(cast.lan), at=START, intake=intake(occurred_at=START, urgency="emergency"))
    due = ticket.due_at
    ticket = actions.transfer(actor=by(cast.lan), ticket_id=ticket.pk, unit=unit(Q7).pk, note="x", at=due - HOUR)
    assert unit(Q7).pk not in {p.unit_id for p in ticket.promises.all() if verdict(p, due + MINUTE).value == "broken"}


def test_a_citizen_of_the_hotline_joined_to_a_units_own_record_is_heard(cast):
    """Quận 1 writes down what it knows of before anybody calls; the hotline joins the callers to it, as it should. What
    they are owed, and their stars, must count."""
    ticket = opened(START, actor=by(cast.lan))
    actions.join(actor=by(cast.tu), ticket_id=ticket.pk, reporter={"name": "B"}, at=START + HOUR)
    late = ticket.due_at + 3 * DAY
    actions.resolve(actor=by(cast.lan), ticket_id=ticket.pk, reply="x", at=late)
    ticket = actions.rate(actor=by(cast.tu), ticket_id=ticket.pk, score=1, at=late + HOUR)
    told = facts.of(ticket, ticket.promises.all())
    assert not told.get("self") and not ticket.promises.get().is_self_made


def test_who_works_for_a_unit_besides_records_for_it_and_not_for_the_hotline(cast):
    Membership.objects.create(user=cast.tu, unit=unit(Q1), role="unit_staff", is_active=False,
                              valid_from=date(2021, 1, 1))
    ticket = opened(actor=by(cast.tu))
    ticket = actions.resolve(actor=by(), ticket_id=ticket.pk, reply="x")
    assert facts.of(ticket, ticket.promises.all()).get("self") == 1 or ticket.promises.get().is_self_made


def test_what_a_district_records_and_hands_to_a_unit_of_its_own_is_its_own_record(cast):
    team = Unit.objects.create(code="DOI1", kind="centre", name_vi="Đội trật tự Quận 1", short_name_vi="Đội TT",
                               name_en="x", parent=unit(Q1), valid_from=date(2021, 1, 1), slug="doi-1")
    rulebook.rulebook.clear()
    ticket = opened(actor=by(cast.lan))
    actions.transfer(actor=by(cast.lan), ticket_id=ticket.pk, unit=team.pk, note="x")
    ticket = actions.resolve(actor=by(cast.lan), ticket_id=ticket.pk, reply="x")  # the same clerk answers it
    assert facts.of(ticket, ticket.promises.all()).get("self") == 1


def test_who_works_for_the_unit_besides_makes_its_own_record_nobody_elses(cast):
    Membership.objects.create(user=cast.tu, unit=unit(Q1), role="unit_staff", is_active=False,
                              valid_from=date(2021, 1, 1))
    ticket = opened(START, actor=by(cast.lan))
    actions.join(actor=by(cast.tu), ticket_id=ticket.pk, reporter={"name": "B"}, at=START + HOUR)
    ticket.refresh_from_db()
    assert ticket.is_self_recorded and ticket.promises.get().is_self_made


def test_who_works_for_a_unit_besides_neither_gives_its_tickets_away_nor_sends_it_any(cast):
    Membership.objects.create(user=cast.sau, unit=unit(Q1), role="unit_staff", is_active=False,
                              valid_from=date(2021, 1, 1))
    own, others = opened(), opened(area=Q7)
    for ticket, to in ((own, Q7), (others, Q1)):
        with pytest.raises(PermissionDenied):
            actions.transfer(actor=by(cast.sau), ticket_id=ticket.pk, unit=unit(to).pk, note="x")
    actions.transfer(actor=by(cast.sau), ticket_id=others.pk, unit=unit("770").pk, note="x")
