"""What the pages say of dates: why one was withdrawn, why one is in no rate, what a move does to it."""

from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from feedback import actions
from tests.city import by, unit
from tests.feedback.pages import read, signed_in
from tests.feedback.test_actions import opened
from tests.feedback.test_corrections import category

pytestmark = pytest.mark.django_db


def page(client, ticket):
    return read(client.get(reverse("ticket", args=[ticket.code])))


def test_a_withdrawn_date_says_why(client, cast):
    signed_in(client, cast.sau)
    ticket = opened(timezone.now())
    actions.edit(actor=by(), ticket_id=ticket.pk, values={"category_id": category("xe-buyt")})
    assert "do tổng đài sửa thông tin" in page(client, ticket)


def test_a_date_withdrawn_late_says_so_with_the_reason(client, cast):
    signed_in(client, cast.sau)
    ticket = opened(timezone.now() - timedelta(days=60))
    actions.withdraw(actor=by(cast.sau), ticket_id=ticket.pk, promise=ticket.promises.get().pk, note="Ngoài thành phố")
    words = page(client, ticket)
    assert "khi đã trễ, do trưởng ca rút hạn đã trễ" in words and "“Ngoài thành phố”" in words


def test_an_answer_that_was_reopened_says_so_and_not_that_its_date_was_one_more(client, cast):
    signed_in(client, cast.lan)
    ticket = opened(timezone.now())
    actions.resolve(actor=by(), ticket_id=ticket.pk, reply="x")
    actions.reopen(actor=by(), ticket_id=ticket.pk, asked_by="citizen", note="x")
    words = page(client, ticket)
    assert "Câu trả lời bị mở lại, không tính" in words and "Hạn thêm của cùng đơn vị" not in words


def test_no_explanation_counts_seconds(client, cast):
    signed_in(client, cast.lan)
    at = timezone.now().replace(second=7) - timedelta(days=3)
    ticket = opened(at)
    for verb, given in (("accept", {}), ("ask_citizen", {"reply": "x"}), ("resume", {"note": "x"})):
        at += timedelta(hours=20)
        actions.VERBS[verb](actor=by(), ticket_id=ticket.pk, at=at, **given)
    why = page(client, ticket).partition("Không tính từ ")[2].partition(".")[0]
    assert why and ":07" not in why


def test_what_a_unit_recorded_itself_is_said_to_be_counted_apart(client, cast):
    signed_in(client, cast.lan)
    words = page(client, opened(timezone.now(), actor=by(cast.lan)))
    assert "Đơn vị tự ghi nhận, tính riêng" in words and "không vào tỷ lệ so sánh các đơn vị" in words
    assert "được tính riêng, không vào tỷ lệ" in read(client.get(reverse("intake")))
    signed_in(client, cast.tu)
    assert "được tính riêng" not in read(client.get(reverse("intake")))


@pytest.mark.parametrize(("verb", "words"), [
    ("transfer", "đơn vị nhận có hạn mới"), ("send_back", "thời gian còn khi trả"),
    ("ask_citizen", "Hạn đã trễ vẫn là trễ"), ("ask_extension", "Chỉ đề nghị được một lần"), ("resolve", ""),
])
def test_a_move_says_before_what_becomes_of_the_date(client, cast, verb, words):
    ticket = opened(timezone.now())
    actions.accept(actor=by(), ticket_id=ticket.pk)
    signed_in(client, cast.lan)
    shown = read(client.get(reverse("ticket_move", args=[ticket.code, verb])))
    assert words in shown and (words or "hạn đi theo" not in shown)


def test_units_are_compared_with_first_dates_and_withdrawals_beside(client, cast):
    signed_in(client, cast.ha)
    words = read(client.get(reverse("units")))
    assert "Hạn đầu" in words and "Hạn đã rút" in words
    assert unit("760").short_name in words
