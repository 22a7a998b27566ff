"""A unit that finds its answer wrong asks the hotline to open the ticket again: asking makes nothing better for it."""

from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from django.core.exceptions import PermissionDenied
from django.urls import reverse
from django.utils import timezone

from accounts.models import Membership
from dashboards.figures import definitions, fold
from dashboards.figures.periods import Period
from feedback import access, actions
from feedback.desk import lists
from feedback.models import FactChange, Promise, Ticket
from feedback.rules.rulebook import rulebook
from feedback.rules.workflow import IllegalMove, State
from tests.city import by, unit
from tests.feedback.pages import move, read, rows_of, signed_in
from tests.feedback.test_actions import brought_to, opened

pytestmark = pytest.mark.django_db
START = datetime(2026, 3, 2, 9, 0, tzinfo=ZoneInfo("Asia/Ho_Chi_Minh"))
DAY = timedelta(days=1)
WHY = "Chúng tôi đã kiểm tra nhầm số nhà."


@pytest.fixture
def answered(cast):
    return brought_to(State.RESOLVED)


def ask(cast, ticket, **more):
    return actions.ask_reopening(actor=by(cast.lan), ticket_id=ticket.pk, note=WHY, **more)


def figures(day):
    fold.fold_all()
    found = definitions.figures([unit("760").pk, rulebook().city_id], Period(day, day), timezone.now())
    return [vars(one) for one in found.values()]


@pytest.mark.parametrize("state", [State.RESOLVED, State.CLOSED])
def test_asking_and_refusing_change_no_date_no_verdict_and_no_figure(cast, state):
    ticket = brought_to(state)
    owed, before = list(Promise.objects.filter(ticket=ticket).values()), figures(timezone.localdate())
    ask(cast, ticket)
    actions.refuse_reopening(actor=by(cast.tu), ticket_id=ticket.pk, note="Kết quả đúng")
    after = Ticket.objects.get(pk=ticket.pk)
    changed = {name for name, value in vars(ticket).items() if name[0] != "_" and getattr(after, name) != value}
    assert changed == {"version"}
    assert list(Promise.objects.filter(ticket=ticket).values()) == owed
    assert all(change.before == change.after for change in FactChange.objects.all())
    assert figures(timezone.localdate()) == before
    asked, refused = ticket.events.order_by("-pk")[:2][::-1]
    assert (asked.verb, refused.verb) == ("ask_reopening", "refuse_reopening")
    assert not asked.text.is_public and not refused.text.is_public


def test_a_reopening_that_the_unit_asked_for_costs_it_what_any_other_costs(cast):
    """The answer was not good, whoever said so: one reopening more, one kept promise less."""
    found = {}
    for asked_by in ("citizen", "unit"):
        ticket = opened(START)
        actions.resolve(actor=by(cast.lan), ticket_id=ticket.pk, reply="Xong", at=START + DAY)
        if asked_by == "unit":
            ask(cast, ticket, at=START + DAY)
        at = START + 2 * DAY
        ticket = actions.reopen(actor=by(cast.tu), ticket_id=ticket.pk, asked_by=asked_by, note="Làm lại", at=at)
        assert ticket.reopening_asked_at is None and ticket.reopened_unit == unit("760")
        actions.resolve(actor=by(cast.lan), ticket_id=ticket.pk, reply="Xong", at=at + DAY)
        change = FactChange.objects.filter(ticket_id=ticket.pk).latest("pk").after
        found[asked_by] = change, list(ticket.promises.order_by("pk").values_list("counts", flat=True))
    assert found["unit"] == found["citizen"]
    assert found["unit"][1] == [False, True]


def test_one_request_stands_at_a_time_and_another_may_follow_a_refusal(cast, answered):
    ask(cast, answered)
    with pytest.raises(IllegalMove, match="đã được đề nghị mở lại"):
        ask(cast, answered)
    actions.refuse_reopening(actor=by(cast.tu), ticket_id=answered.pk, note="Kết quả đúng")
    with pytest.raises(IllegalMove):
        actions.refuse_reopening(actor=by(cast.tu), ticket_id=answered.pk, note="Kết quả đúng")
    assert ask(cast, answered).reopening_asked_at is not None


def test_what_was_asked_for_in_time_is_not_lost_because_the_hotline_is_late(cast):
    ticket = opened(START)
    actions.resolve(actor=by(cast.lan), ticket_id=ticket.pk, reply="Xong", at=START)
    ask(cast, ticket, at=START + DAY)
    late = START + 60 * DAY
    again = actions.reopen(actor=by(cast.tu), ticket_id=ticket.pk, asked_by="unit", note="Làm lại", at=late)
    assert again.state == State.REOPENED
    other = opened(START)
    actions.resolve(actor=by(cast.lan), ticket_id=other.pk, reply="Xong", at=START)
    with pytest.raises(IllegalMove, match="Đã quá thời gian"):
        ask(cast, other, at=late)


def test_a_part_of_another_ticket_is_not_asked_for(cast):
    merged = actions.merge(actor=by(), ticket_id=opened().pk, target=opened().pk)
    with pytest.raises(IllegalMove, match="đã được gộp"):
        ask(cast, merged)


def test_the_unit_is_named_as_asking_only_while_it_asks(cast, answered):
    with pytest.raises(IllegalMove) as refused:
        actions.reopen(actor=by(cast.tu), ticket_id=answered.pk, asked_by="unit", note="x")
    assert "asked_by" in refused.value.errors


def test_nobody_refuses_for_the_unit_they_work_in(cast, answered):
    """Nor could they reopen it: somebody else of the hotline decides."""
    ask(cast, answered)
    Membership.objects.create(user=cast.sau, unit=unit("760"), role="unit_staff", valid_from=date(2021, 1, 1),
                              is_active=False)
    assert not {"reopen", "refuse_reopening"} & {m.verb for m in access.legal_moves(by(cast.sau), answered)}
    with pytest.raises(PermissionDenied):
        actions.refuse_reopening(actor=by(cast.sau), ticket_id=answered.pk, note="x")


def test_requests_stand_in_the_hotline_s_view_until_they_are_decided(client, cast):
    def waiting(person):
        counted = lists.counts(by(person), timezone.now())["reopenings"]
        assert counted == len(codes := rows_of(signed_in(client, person).get(reverse("inbox"), {"view": "reopenings"})))
        return codes

    first, second, third = (brought_to(state) for state in (State.RESOLVED, State.CLOSED, State.RESOLVED))
    ask(cast, second, at=timezone.now() - timedelta(hours=2))
    ask(cast, first)
    assert waiting(cast.tu) == waiting(cast.sau) == [second.code, first.code]  # who waits longest stands first
    page = read(client.get(reverse("inbox"), {"view": "reopenings"}))
    assert "đề nghị mở lại 2 giờ trước" in page and "đúng hạn" in page and third.code not in page
    actions.close(actor=by(cast.tu), ticket_id=first.pk)
    assert waiting(cast.tu) == [second.code, first.code]
    move(signed_in(client, cast.tu), Ticket.objects.get(pk=second.pk), "reopen", asked_by="unit", note="Đúng là nhầm")
    assert waiting(cast.tu) == [first.code]
    move(signed_in(client, cast.tu), Ticket.objects.get(pk=first.pk), "refuse_reopening", note="Kết quả đúng")
    assert waiting(cast.tu) == []
    assert "reopenings" not in {view.name for view in lists.views_for(by(cast.lan))}


def test_both_see_the_request_on_the_ticket_and_only_the_hotline_decides(client, cast, answered):
    page = signed_in(client, cast.lan).get(reverse("ticket", args=[answered.code]))
    assert "Đề nghị mở lại" in read(page) and "vu/" + answered.code + "/reopen/" not in page.content.decode()
    move(client, answered, "ask_reopening", note=WHY)
    for person, moves in ((cast.lan, set()), (cast.tu, {"reopen", "refuse_reopening"})):
        page = signed_in(client, person).get(reverse("ticket", args=[answered.code]))
        assert f"“{WHY}”" in read(page) and "Chờ tổng đài quyết định" in read(page)
        offered = {verb for verb in ("reopen", "refuse_reopening", "ask_reopening")
                   if reverse("ticket_move", args=[answered.code, verb]) in page.content.decode()}
        assert offered == moves
    assert signed_in(client, cast.lan).get(reverse("ticket_move", args=[answered.code, "reopen"])).status_code == 403


def test_the_hotline_reads_the_reason_where_it_decides(client, cast, answered):
    ask(cast, answered)
    for verb in ("reopen", "refuse_reopening"):
        form = signed_in(client, cast.tu).get(reverse("ticket_move", args=[answered.code, verb]))
        assert WHY in read(form)
    form = client.get(reverse("ticket_move", args=[answered.code, "reopen"])).content.decode()
    chosen = form.partition('value="unit"')[2].partition(">")[0]
    assert "checked" in chosen
    actions.refuse_reopening(actor=by(cast.tu), ticket_id=answered.pk, note="Kết quả đúng")
    form = client.get(reverse("ticket_move", args=[answered.code, "reopen"])).content.decode()
    assert 'value="unit"' not in form
