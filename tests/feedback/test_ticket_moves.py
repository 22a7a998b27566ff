"""What the ticket page offers, and what its forms tell before a move: who returned it, whose work it becomes."""

from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from feedback import actions
from feedback.desk import offers
from feedback.models import Ticket
from feedback.rules.workflow import MOVES, State
from hcmc_ioc.lib.text import spoken_code
from tests.city import by, unit
from tests.feedback.pages import move, read, signed_in
from tests.feedback.test_actions import brought_to, opened

pytestmark = pytest.mark.django_db
WHY = "Tuyến <này> do Sở quản lý, gọi 0903 111 222"


def forward_form(client, ticket):
    return client.get(reverse("ticket_move", args=[ticket.code, "forward"]))


def chosen_unit(form) -> str:
    """The id of the unit that is chosen in the form, "" where none is."""
    options = form.content.decode().partition('name="unit"')[2].partition("</select>")[0]
    return next((o.partition('value="')[2].partition('"')[0] for o in options.split("<option") if " selected" in o), "")


def returned(ticket, at, why=WHY):
    return actions.send_back(actor=by(), ticket_id=ticket.pk, note=why, at=at)


def test_a_unit_that_returned_it_is_told_with_its_reason_and_not_chosen_again(client, cast):
    at = timezone.now() - timedelta(hours=3)
    ticket = returned(opened(at), at + timedelta(hours=1))  # by rule it would go to Quận 1 again
    form = forward_form(signed_in(client, cast.tu), ticket)
    assert chosen_unit(form) == ""
    told = f"Quận 1 đã trả lại lúc {timezone.localtime(at + timedelta(hours=1)):%H:%M, %d/%m/%Y}: "
    assert told + "Tuyến <này> do Sở quản lý, gọi •••" in read(form) and "<này>" not in form.content.decode()
    assert "Quận 1 – đã trả lại" in read(form) and "Quận 7 – đã trả lại" not in read(form)
    assert 'aria-describedby="id_forward_unit_helptext"' in form.content.decode()


def test_each_unit_of_the_round_is_told_and_the_hotline_may_insist(client, cast):
    at = timezone.now() - timedelta(hours=5)
    ticket = returned(opened(at), at + timedelta(minutes=1), "Thuộc Quận 7")
    actions.forward(actor=by(), ticket_id=ticket.pk, unit=unit("778").pk, at=at + timedelta(minutes=2))
    returned(ticket, at + timedelta(minutes=3), "Thuộc Quận 1")
    form = read(forward_form(signed_in(client, cast.tu), ticket))
    assert "Thuộc Quận 7" in form and "Thuộc Quận 1" in form and "Quận 7 – đã trả lại" in form
    again = Ticket.objects.get(pk=ticket.pk)
    move(client, again, "forward", unit=unit("760"))
    assert Ticket.objects.get(pk=ticket.pk).unit == unit("760")


def test_what_was_returned_before_the_answer_is_past(client, cast):
    at = timezone.now() - timedelta(hours=5)
    ticket = returned(opened(at), at + timedelta(minutes=1))
    for verb, given in (("forward", {"unit": unit("778").pk}), ("resolve", {"reply": "Xong"}),
                        ("reopen", {"asked_by": "citizen", "note": "Chưa"})):
        at += timedelta(minutes=10)
        ticket = actions.VERBS[verb](actor=by(), ticket_id=ticket.pk, at=at, **given)
    form = forward_form(signed_in(client, cast.tu), ticket)
    assert chosen_unit(form) == str(unit("760").pk) and "đã trả lại" not in read(form)


def test_who_works_in_the_unit_takes_a_ticket_by_one_click(client, cast):
    ticket = brought_to(State.ACCEPTED)
    address = reverse("ticket", args=[ticket.code])
    assert "Giao cho tôi" in read(signed_in(client, cast.lan).get(address))
    move(client, ticket, "assign", assignee=cast.lan)
    assert Ticket.objects.get(pk=ticket.pk).assignee == cast.lan
    assert "Giao cho tôi" not in read(client.get(address))
    assert "Giao cho tôi" in read(signed_in(client, cast.minh).get(address))
    for person in (cast.tu, cast.sau, cast.ha):
        assert "Giao cho tôi" not in read(signed_in(client, person).get(address)), person
    answered = brought_to(State.RESOLVED)
    assert "Giao cho tôi" not in read(signed_in(client, cast.lan).get(reverse("ticket", args=[answered.code])))


@pytest.mark.parametrize(("many", "buttons"), [(0, 0), (3, 3), (4, 4), (5, 3), (9, 3)])
def test_a_menu_holds_two_moves_at_least(many, buttons):
    others = list(MOVES.values())[:many]
    beside, in_menu = offers.split(others)
    assert len(beside) == buttons and beside + in_menu == others and len(in_menu) != 1


def test_both_answers_to_what_somebody_waits_for_stand_first(client, cast):
    ticket = brought_to(State.RESOLVED)
    actions.ask_reopening(actor=by(cast.lan), ticket_id=ticket.pk, note=WHY)
    page = signed_in(client, cast.tu).get(reverse("ticket", args=[ticket.code])).content.decode()
    acts = page.partition('class="ticket-actions"')[2].partition("</header>")[0]
    offered = [verb for verb in acts.replace("/", " ").replace('"', " ").split() if verb in MOVES]
    assert list(dict.fromkeys(offered))[:3] == ["reopen", "refuse_reopening", "close"]


def test_codes_are_told_as_they_are_read_aloud(client, cast):
    ticket, target = opened(), opened()
    move(signed_in(client, cast.tu), ticket, "merge", target=target.code)
    page = read(client.get(reverse("ticket", args=[ticket.code])))
    assert f"Gộp, trùng lặp: {spoken_code(ticket.code)}" in page  # the toast
    assert f"vào {spoken_code(target.code)}" in page and target.code not in page
    assert f"từ {spoken_code(ticket.code)}" in read(client.get(reverse("ticket", args=[target.code])))
