"""The inbox: views and their counts, order, filters in the address, pages, the same move on many, its cost."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from feedback import actions
from feedback.desk import inbox, lists
from feedback.models import Promise, Ticket
from feedback.rules.workflow import OPEN, State
from tests.city import by, unit
from tests.feedback.pages import read, rows_of, signed_in
from tests.feedback.test_actions import brought_to, opened, ready_for

pytestmark = pytest.mark.django_db


def ask(client, person, **get):
    return signed_in(client, person).get(reverse("inbox"), get)


def due(ticket, hours):
    Ticket.objects.filter(pk=ticket.pk).update(due_at=timezone.now() + timedelta(hours=hours))
    return ticket


def choose(client, tickets, verb, **more):
    data = {"verb": verb, "ticket": [f"{t.pk}:{t.version}" for t in tickets]} | more
    return client.post(reverse("inbox_batch"), data)


def test_what_burns_first_stands_first(client, cast):
    later, late, soon = due(opened(), 200), due(opened(), -3), due(opened(), 5)
    answer = ask(client, cast.lan)
    assert rows_of(answer) == [late.code, soon.code, later.code]
    assert "quá 3 giờ" in read(answer) and "còn 4 giờ" in read(answer)


def test_every_view_holds_what_its_name_says_and_its_count_agrees(client, cast):
    by_state = {state: brought_to(state) for state in State}
    actions.assign(actor=by(cast.minh), ticket_id=by_state[State.ACCEPTED].pk, assignee=cast.lan.pk)
    due(by_state[State.FORWARDED], -1)
    due(by_state[State.ACCEPTED], 3)
    s = State
    expected = {
        cast.lan: {"new": [s.FORWARDED], "mine": [s.ACCEPTED], "working": [s.ACCEPTED, s.IN_PROGRESS],
                   "overdue": [s.FORWARDED], "due_soon": [s.ACCEPTED], "waiting": [s.WAITING],
                   "reopened": [s.REOPENED], "shared": [],
                   "all": [s.FORWARDED, s.ACCEPTED, s.NEW, s.IN_PROGRESS, s.WAITING, s.REOPENED]},
        cast.tu: {"to_forward": [s.NEW, s.RETURNED], "to_close": [s.RESOLVED], "all": list(OPEN)},
    }
    for person, views in expected.items():
        counts = lists.counts(by(person), timezone.now())
        for name, states in views.items():
            codes = rows_of(ask(client, person, view=name))
            assert sorted(codes) == sorted(by_state[state].code for state in states), name
            assert counts[name] == len(states), name


def test_requests_that_can_still_be_decided_are_counted_and_listed(client, cast):
    """Not those of a unit that handed the ticket on since, nor of a date that has passed."""
    waiting, handed_on, passed = (ready_for("extend", State.ACCEPTED) for _n in range(3))
    Promise.objects.filter(ticket=handed_on, kind="result").update(due_at=timezone.now() + timedelta(hours=1))
    actions.transfer(actor=by(cast.sau), ticket_id=handed_on.pk, unit=unit("778").pk, note="Thuộc Quận 7")
    due(passed, -1)
    for person in (cast.sau, cast.ha):
        assert rows_of(ask(client, person, view="extensions")) == [waiting.code]
        counts = lists.counts(by(person), timezone.now())
        for view in lists.views_for(by(person)):
            assert counts[view.name] == lists.tickets(view, by(person), timezone.now()).count(), view.name
        assert counts["extensions"] == 1


def test_a_paused_ticket_is_never_overdue(client, cast):
    due(brought_to(State.WAITING), -30)
    assert rows_of(ask(client, cast.lan, view="overdue")) == []


def test_a_unit_sees_its_own_and_what_it_coordinates_apart(client, cast):
    own, foreign = opened(), opened(area="778", lat=None, lon=None)
    foreign.coordinating.add(unit("760"))
    assert rows_of(ask(client, cast.lan)) == [own.code]
    assert rows_of(ask(client, cast.lan, view="shared")) == [foreign.code]
    assert rows_of(ask(client, cast.khoa)) == [foreign.code]


def test_filters_live_in_the_address_and_narrow_the_view(client, cast):
    pavement = opened(body="Hàng quán lấn chiếm vỉa hè đường Lê Lợi suốt buổi tối")
    noise = opened(category="tieng-on-karaoke", body="Karaoke ồn ào quá nửa đêm", urgency="urgent")
    assert rows_of(ask(client, cast.lan, q="via he LE LOI")) == [pavement.code]
    assert rows_of(ask(client, cast.lan, urgency="urgent")) == [noise.code]
    assert rows_of(ask(client, cast.lan, category=str(noise.category_id))) == [noise.code]
    assert rows_of(ask(client, cast.lan, area=str(unit("778").pk))) == []
    empty = ask(client, cast.lan, q="không có gì như thế")
    assert "Không có phản ánh nào khớp bộ lọc" in read(empty) and "Xóa lọc" in read(empty)


@pytest.mark.parametrize("get", [{"category": "999999"}, {"category": "xyz"}, {"urgency": "huge"}, {"page": "-1"},
                                 {"page": "9" * 30}, {"view": "nonsense"}, {"area": "0"}, {"q": "\x00'; --"}])
def test_an_unreadable_address_is_answered_with_a_list(client, cast, get):
    opened()
    assert ask(client, cast.lan, **get).status_code == 200


def test_a_filter_that_cannot_be_read_says_so(client, cast):
    assert "Không có lĩnh vực này" in read(ask(client, cast.lan, category="999999"))


def test_pages_are_of_fifty_and_bounded(client, cast, monkeypatch):
    monkeypatch.setattr(inbox, "PAGE", 2)
    codes = [due(opened(), hours).code for hours in (1, 2, 3)]
    first = ask(client, cast.lan)
    assert rows_of(first) == codes[:2] and "page=2" in first.content.decode()
    second = ask(client, cast.lan, page="2")
    assert rows_of(second) == codes[2:] and "page=1" in second.content.decode()


def test_an_empty_inbox_says_what_comes_next(client, cast):
    due(opened(), 30)
    assert "Vụ kế tiếp đến hạn" in read(ask(client, cast.lan, view="overdue"))
    assert "Không có phản ánh quá hạn." in read(ask(client, cast.lan, view="overdue"))


def test_bulk_accept_shows_what_will_change_before_it_does(client, cast):
    new, done = opened(), brought_to(State.RESOLVED)
    signed_in(client, cast.lan)
    preview = choose(client, [new, done], "accept")
    words = read(preview)
    assert "1 phản ánh sẽ đổi" in words and "1 phản ánh không đổi" in words
    assert "Đang ở trạng thái “Đã xử lý”." in words
    assert Ticket.objects.get(pk=new.pk).state == State.FORWARDED
    assert choose(client, [new], "accept", confirm="yes", back="view=new").url == reverse("inbox") + "?view=new"
    assert Ticket.objects.get(pk=new.pk).state == State.ACCEPTED


def test_bulk_assign_needs_a_person_of_the_unit(client, cast):
    tickets = [opened(), opened()]
    signed_in(client, cast.minh)
    assert "Trần Thị Lan" in read(choose(client, tickets, "assign"))
    assert "Chọn người xử lý." in read(choose(client, tickets, "assign", confirm="yes", assignee=""))
    stranger = choose(client, tickets, "assign", confirm="yes", assignee=str(cast.khoa.pk))
    assert "2 phản ánh chưa đổi" in read(stranger) and "Chọn cán bộ đang làm việc" in read(stranger)
    choose(client, tickets, "assign", confirm="yes", assignee=str(cast.lan.pk))
    assert set(Ticket.objects.values_list("assignee", flat=True)) == {cast.lan.pk}


def test_bulk_lists_those_that_somebody_else_changed_meanwhile(client, cast):
    mine, taken = opened(), opened()
    actions.note(actor=by(cast.minh), ticket_id=taken.pk, note="Để tôi")
    signed_in(client, cast.lan)
    answer = choose(client, [mine, taken], "accept", confirm="yes")
    assert "1 phản ánh chưa đổi" in read(answer) and "Lê Văn Minh vừa thay đổi: Ghi chú nội bộ." in read(answer)
    assert Ticket.objects.get(pk=mine.pk).state == State.ACCEPTED
    assert Ticket.objects.get(pk=taken.pk).state == State.FORWARDED


def test_bulk_never_reaches_strangers_tickets(client, cast):
    foreign = opened(area="778", lat=None, lon=None)
    signed_in(client, cast.lan)
    assert foreign.code not in read(choose(client, [foreign], "accept"))
    choose(client, [foreign], "accept", confirm="yes")
    assert Ticket.objects.get().state == State.FORWARDED
    assert signed_in(client, cast.tu).post(reverse("inbox_batch"), {"verb": "accept"}).status_code == 403
    assert client.post(reverse("inbox_batch"), {"verb": "resolve"}).status_code == 404


@pytest.mark.parametrize("ticket", ["", "x:1", "1", "1:x", f"{'9' * 30}:1"])
def test_bulk_without_a_readable_choice_says_so(client, cast, ticket):
    signed_in(client, cast.lan)
    answer = client.post(reverse("inbox_batch"), {"verb": "accept", "ticket": ticket}, follow=True)
    assert "Chưa chọn phản ánh nào." in read(answer)


def test_twenty_one_rows_cost_what_one_costs(client, cast):
    def cost(person):
        ask(client, person)
        with CaptureQueriesContext(connection) as queries:
            client.get(reverse("inbox"))
        return len(queries)

    opened()
    one = cost(cast.lan), cost(cast.tu)
    for _ in range(20):
        ticket = opened()
        actions.assign(actor=by(cast.minh), ticket_id=ticket.pk, assignee=cast.lan.pk)
    assert (cost(cast.lan), cost(cast.tu)) == one
    assert max(one) < 20


def test_the_rows_piece_listens_to_the_persons_units(client, cast):
    body = ask(client, cast.lan, part="rows").content.decode()
    assert f'data-topic="unit:{unit("760").pk}"' in body and 'data-apply="ask"' in body and "<html" not in body
    assert 'data-topic="city"' in ask(client, cast.tu, part="views").content.decode()
