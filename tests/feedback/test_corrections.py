"""Correcting what was recorded: what follows for unit and date, shown first, kept in the history."""

from datetime import timedelta

import pytest
from django.urls import reverse

from feedback import actions
from feedback.models import Category, Ticket
from feedback.rules.workflow import State
from tests.city import by, intake, unit
from tests.feedback.pages import move, read, signed_in
from tests.feedback.test_actions import opened
from tests.feedback.test_promises import ACTOR, DAY, START, Life, book  # noqa: F401

pytestmark = pytest.mark.django_db


def category(code):
    return intake(code, occurred_at=None).category_id


def test_another_category_moves_the_ticket_and_makes_a_date_from_now(book):  # noqa: F811
    life = Life(book).do("accept", START)
    life.do("edit", START + 2 * DAY, values={"category_id": category("xe-buyt")})
    old, new = life.owed()
    assert life.ticket.unit_id != unit("760").pk and life.ticket.state == State.FORWARDED
    assert old.withdrawn_at == START + 2 * DAY == new.made_at and new.unit_id == life.ticket.unit_id
    assert life.ticket.due_at == new.due_at and new.counts and life.ticket.accepted_at is None
    data = life.life.steps[-1].columns["data"]
    assert (data["was"]["unit"], data["was"]["category"], data["is"]["category"]) == (
        "760", "trat-tu-lan-chiem", "xe-buyt")


def test_another_urgency_counts_from_the_rounds_start_with_its_pauses(book):  # noqa: F811
    life = Life(book).do("accept", START).do("ask_citizen", START + DAY / 8, reply="x")
    life.do("resume", START + DAY, note="x").do("edit", START + DAY, values={"urgency": "urgent"})
    old, new = life.owed()
    assert old.withdrawn_at and new.explanation["start"] == START.isoformat() and new.stopped_minutes
    assert START + 2 * DAY < life.ticket.due_at < START + 4 * DAY  # two working days, and the pause


def test_a_date_that_would_lie_in_the_past_is_made_from_now(book):  # noqa: F811
    life = Life(book)
    at = START + 8 * DAY
    life.do("edit", at, values={"urgency": "emergency"})
    assert life.ticket.due_at > at and len(life.owed()) == 2


def test_what_is_broken_stays_and_what_a_hand_chose_stays(book):  # noqa: F811
    late = Life(book)
    at = late.ticket.due_at + DAY
    late.do("edit", at, values={"urgency": "urgent"})
    assert late.verdicts(at) == [("760", "broken")]
    by_hand = Life(book, unit_id=unit("778").pk, unit_reason="Theo thỏa thuận")
    by_hand.do("edit", START + DAY, values={"category_id": category("xe-buyt")})
    assert by_hand.ticket.unit_id == unit("778").pk
    sourced = Life(book, promise=START + 5 * DAY)
    sourced.do("edit", START + DAY, values={"urgency": "urgent"})
    assert sourced.ticket.due_at == START + 5 * DAY


def test_a_correction_without_consequences_changes_no_promise(book):  # noqa: F811
    life = Life(book)
    due = life.ticket.due_at
    life.do("edit", START + DAY, values={"category_id": category("trat-tu-lan-chiem"), "address": "14 Lê Lợi"})
    assert [p.withdrawn_at for p in life.owed()] == [None] and life.ticket.due_at == due
    assert life.life.steps[-1].words == "12 Lê Lợi, Quận 1 → 14 Lê Lợi"


def test_the_consequences_are_shown_before_they_happen(client, cast):
    ticket = opened()
    signed_in(client, cast.tu)
    bus = Category.objects.filter(parent__code="xe-buyt").first().pk
    typed = {"category": bus, "urgency": "normal", "area": unit("760").pk, "address": ticket.address,
             "is_public": "on"}
    first = move(client, ticket, "edit", **typed)
    words = read(first)
    assert first.status_code == 422 and "lưu lần nữa" in words
    assert "đơn vị xử lý: Quận 1 → Trung tâm Quản lý giao thông công cộng" in words and "hạn:" in words
    assert Ticket.objects.get(pk=ticket.pk).version == ticket.version
    mark = first.context["form"].data["confirmed"]
    assert move(client, ticket, "edit", confirmed=mark, **typed).status_code == 302
    page = read(client.get(reverse("ticket", args=[ticket.code])))
    assert "lĩnh vực: " in page and "đơn vị xử lý: Quận 1 → Trung tâm" in page


def test_a_correction_of_what_was_closed_meanwhile_is_explained(client, cast):
    ticket = opened()
    signed_in(client, cast.tu)
    typed = {"category": ticket.category_id, "urgency": "urgent", "area": unit("760").pk, "address": ticket.address,
             "is_public": "on"}
    actions.reject(actor=by(), ticket_id=ticket.pk, reply="Không thuộc phạm vi")
    assert move(client, ticket, "edit", **typed).status_code in (409, 422)


def test_waiting_is_not_longer_after_a_correction(book):  # noqa: F811
    life = Life(book).do("accept", START).do("ask_citizen", START, reply="x").do("resume", START + 3 * DAY, note="x")
    before = life.life.promise.stopped_minutes
    life.do("edit", START + 9 * DAY, values={"urgency": "emergency"})
    assert life.life.promise.made_at == START + 9 * DAY and life.life.promise.stopped_minutes == before > 0


def test_verb_and_pure_rule_leave_the_same_promises(town):
    ticket = opened(START)
    actions.edit(actor=by(), ticket_id=ticket.pk, values={"urgency": "urgent"}, at=START + timedelta(hours=1))
    old, new = ticket.promises.order_by("pk")
    assert old.withdrawn_at and not new.withdrawn_at and Ticket.objects.get(pk=ticket.pk).due_at == new.due_at
