"""Who may open which page: 404 for strangers to a thing, 403 for those who see it and may not, sign-in for nobody."""

import pytest
from django.urls import reverse

from accounts.roles import Role
from feedback import access, actions
from feedback.models import Ticket
from feedback.rules.workflow import MOVES, State
from tests.city import by, unit
from tests.feedback.pages import signed_in
from tests.feedback.test_actions import brought_to, opened

pytestmark = pytest.mark.django_db


def status(client, person, address, **more):
    client.force_login(person, backend="accounts.backends.People")
    return client.get(address, **more).status_code


@pytest.mark.parametrize("who, expected", [
    ("lan", 200), ("minh", 200), ("tu", 200), ("sau", 200), ("ha", 200), ("phuc", 200),
    ("khoa", 404), ("quan", 404), ("nobody", 404),
])
def test_a_ticket_is_there_for_those_who_may_see_it(client, cast, who, expected):
    assert status(client, getattr(cast, who), reverse("ticket", args=[opened().code])) == expected


@pytest.mark.parametrize("who, expected", [("lan", 200), ("tu", 200), ("ha", 200), ("quan", 404), ("nobody", 404)])
def test_the_inbox_is_for_those_who_see_tickets(client, cast, who, expected):
    assert status(client, getattr(cast, who), reverse("inbox")) == expected


def test_nobody_is_asked_to_sign_in(client, town):
    answer = client.get(reverse("inbox"))
    assert answer.status_code == 302 and reverse("sign_in") in answer.url


def test_a_visible_ticket_refuses_the_moves_of_others(client, cast):
    code = opened().code
    assert status(client, cast.ha, reverse("ticket_move", args=[code, "accept"])) == 403
    assert status(client, cast.khoa, reverse("ticket_move", args=[code, "accept"])) == 404
    assert status(client, cast.lan, reverse("ticket_move", args=[code, "accept"])) == 200
    assert status(client, cast.lan, reverse("ticket_move", args=[code, "explode"])) == 404


def test_contact_data_is_refused_to_an_analyst(client, cast):
    code = opened(reporter={"name": "Nguyễn An", "phone": "+84900000001"}).code
    client.force_login(cast.phuc, backend="accounts.backends.People")
    assert client.post(reverse("ticket_contact", args=[code]), {"reason": "verify"}).status_code == 403
    page = client.get(reverse("ticket", args=[code])).content.decode()
    assert 'id="reporters"' not in page and "N. An" not in page


def test_an_analyst_reads_words_without_the_phone_numbers_in_them(client, cast):
    ticket = opened(body="Ổ gà lớn, gọi lại 0987 654 321 giúp tôi.")
    actions.note(actor=by(cast.lan), ticket_id=ticket.pk, note="Đã gọi 0987654321, không ai nghe.")
    shown = signed_in(client, cast.phuc).get(reverse("ticket", args=[ticket.code])).content.decode()
    assert "Ổ gà lớn, gọi lại •••" in shown and "Đã gọi •••" in shown and "321" not in shown


@pytest.mark.parametrize("state", list(State))
def test_the_buttons_are_exactly_the_moves_that_may_be_made(cast, state):
    ticket = brought_to(state)
    for person in vars(cast).values():
        if not person.role or not access.may(by(person), "view", ticket):
            continue
        expected = [m.verb for m in MOVES.values() if state in m.sources and access.may(by(person), m.verb, ticket)]
        assert [move.verb for move in access.legal_moves(by(person), ticket)] == expected, person.role


def test_a_coordinating_unit_reads_and_writes_notes_only(client, cast):
    ticket = opened()
    ticket.coordinating.add(cast.khoa.membership.unit)
    assert status(client, cast.khoa, reverse("ticket", args=[ticket.code])) == 200
    assert [move.verb for move in access.legal_moves(by(cast.khoa), ticket)] == ["note"]
    assert status(client, cast.khoa, reverse("ticket_move", args=[ticket.code, "accept"])) == 403


def test_a_ticket_handed_away_takes_its_page_along(client, cast):
    ticket = opened()
    actions.transfer(actor=by(cast.lan), ticket_id=ticket.pk, unit=cast.khoa.membership.unit_id, note="Nhầm địa bàn")
    assert Ticket.objects.get().unit == cast.khoa.membership.unit
    assert status(client, cast.khoa, reverse("ticket", args=[ticket.code])) == 200
    actions.transfer(actor=by(cast.khoa), ticket_id=ticket.pk, unit=unit("760").pk, note="Đúng quận kia")
    assert status(client, cast.khoa, reverse("ticket", args=[ticket.code])) == 404
    assert cast.lan.role == Role.UNIT_STAFF
