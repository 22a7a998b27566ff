"""The ticket page: what it shows, its moves, two people on one ticket, the reporter's data, its cost."""

import uuid
from datetime import timedelta

import pytest
from django.core.exceptions import PermissionDenied
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from feedback import access, actions
from feedback.models import EventText, Promise, Reading, Ticket, TicketEvent
from feedback.rules.workflow import MOVES, State
from tests.city import by, unit
from tests.feedback.pages import move, read, signed_in
from tests.feedback.test_actions import brought_to, opened

pytestmark = pytest.mark.django_db


def page_of(client, ticket, **get):
    return client.get(reverse("ticket", args=[ticket.code]), get)


def test_the_page_says_what_until_when_and_why_here(client, cast):
    ticket = opened()
    Promise.objects.update(due_at=timezone.now() + timedelta(days=9, hours=3))
    Ticket.objects.update(due_at=Promise.objects.get().due_at)
    words = read(page_of(signed_in(client, cast.lan), ticket))
    assert "hàng quán lấn chiếm vỉa hè" in words and "12 Lê Lợi, Quận 1" in words
    assert "Đã chuyển" in words and "còn 9 ngày" in words
    assert "10 ngày, tính từ" in words and "Quy chế phối hợp 1022" in words
    assert "Đơn vị phụ trách địa bàn Quận 1. Đơn vị của địa bàn" in words
    assert "by-area" not in words and "Trật tự" in words


@pytest.mark.parametrize("part, mark", [("head", "ticket-actions"), ("history", "timeline"), ("facts", "facts"),
                                        ("reporters", "reporters")])
def test_each_piece_answers_by_itself_with_its_version(client, cast, part, mark):
    ticket = opened(reporter={"name": "An"})
    answer = page_of(signed_in(client, cast.lan), ticket, part=part)
    body = answer.content.decode()
    assert mark in body and "<html" not in body
    if part != "reporters":
        assert f'data-topic="ticket:{ticket.pk}" data-version="{ticket.version}"' in " ".join(body.split())
    assert page_of(client, ticket, part="nonsense").status_code == 404


def test_a_move_without_questions_is_one_press(client, cast):
    ticket = opened()
    answer = move(signed_in(client, cast.lan), ticket, "accept")
    assert answer.url == reverse("ticket", args=[ticket.code])
    assert Ticket.objects.get().state == State.ACCEPTED


def test_a_doubled_submit_changes_once(client, cast):
    ticket = opened()
    signed_in(client, cast.lan)
    for _ in range(2):
        assert move(client, ticket, "accept", request_id=str(uuid.UUID(int=7))).status_code == 302
    assert TicketEvent.objects.filter(verb="accept").count() == 1


def test_what_is_missing_is_said_at_its_field_and_the_rest_kept(client, cast):
    ticket = opened()
    answer = move(signed_in(client, cast.lan), ticket, "transfer", note="Thuộc địa bàn khác")
    assert answer.status_code == 422
    assert "Chọn đơn vị nhận." in read(answer) and "Thuộc địa bàn khác" in read(answer)
    assert Ticket.objects.get().version == ticket.version


def test_a_reply_of_ten_thousand_and_one_characters_is_refused_and_kept(client, cast):
    ticket = opened()
    long = "ngập nước " * 1000 + "!!"
    answer = move(signed_in(client, cast.lan), ticket, "resolve", reply=long)
    assert answer.status_code == 422 and "Tối đa 10.000 ký tự, hiện có 10.002" in read(answer)
    assert long in answer.content.decode()
    assert move(client, ticket, "resolve", reply="x" * 10_000).status_code == 302


def test_control_characters_go_and_emoji_stay(client, cast):
    move(signed_in(client, cast.lan), opened(), "resolve", reply="Đã dọn\x00 xong\u202e 🌳\x07")
    assert EventText.objects.get().words == "Đã dọn xong 🌳"


def test_a_unit_that_no_longer_exists_is_refused_at_its_field(client, cast):
    gone = unit("778")
    ticket = opened()
    type(gone).objects.filter(pk=gone.pk).update(valid_to=gone.valid_from)
    answer = move(signed_in(client, cast.lan), ticket, "transfer", unit=gone, note="Chuyển giúp")
    assert answer.status_code == 422 and "Đơn vị này không còn hoạt động" in read(answer)


@pytest.mark.parametrize("due, message", [
    (lambda t: timezone.localtime() - timedelta(days=1), "Hạn mới phải ở tương lai."),
    (lambda t: timezone.localtime() + timedelta(hours=1), "Hạn mới phải sau hạn đang có."),
    (lambda t: timezone.localtime() + timedelta(days=400), "Hạn mới xa quá một năm."),
    (lambda t: "sớm", "Ngày giờ không đọc được."),
])
def test_dates_of_an_extension_are_checked(client, cast, due, message):
    ticket = opened()
    moment = due(ticket)
    text = moment if isinstance(moment, str) else f"{moment:%Y-%m-%dT%H:%M}"
    answer = move(signed_in(client, cast.minh), ticket, "ask_extension", due_at=text, note="Chờ vật tư")
    assert answer.status_code == 422 and message in read(answer)


def test_an_illegal_move_says_why(client, cast):
    ticket = brought_to(State.RESOLVED)
    answer = move(signed_in(client, cast.lan), ticket, "accept")
    assert answer.status_code == 422
    assert "Không thể “Tiếp nhận” khi phản ánh đang ở trạng thái “Đã xử lý”." in read(answer)


def test_the_second_of_two_people_sees_what_the_first_did_and_loses_nothing(client, cast):
    ticket = brought_to(State.IN_PROGRESS)
    actions.report_progress(actor=by(cast.minh), ticket_id=ticket.pk, reply="Đã cử tổ kiểm tra")
    answer = move(signed_in(client, cast.lan), ticket, "resolve", reply="Đã dọn dẹp xong vỉa hè")
    words = read(answer)
    assert answer.status_code == 409
    assert "Lê Văn Minh : Cập nhật tiến độ" in words and "Đã cử tổ kiểm tra" in words
    assert "Đã dọn dẹp xong vỉa hè" in words
    fresh = Ticket.objects.get()
    assert f'name="version" value="{fresh.version}"' in answer.content.decode()
    assert move(client, fresh, "resolve", reply="Đã dọn dẹp xong vỉa hè").status_code == 302


def test_when_the_first_took_the_move_away_the_second_may_copy_the_words(client, cast):
    ticket = brought_to(State.IN_PROGRESS)
    actions.resolve(actor=by(cast.minh), ticket_id=ticket.pk, reply="Xong")
    answer = move(signed_in(client, cast.lan), ticket, "resolve", reply="Đã dọn dẹp xong")
    assert "không còn làm được việc này" in read(answer) and "Đã dọn dẹp xong" in read(answer)
    assert 'class="button primary"' not in answer.content.decode().split("<main")[1]


def test_the_dialog_gets_the_form_alone_and_a_way_back(client, cast):
    ticket = opened()
    address = reverse("ticket_move", args=[ticket.code, "resolve"])
    signed_in(client, cast.lan)
    assert "<html" not in client.get(address, headers={"HX-Request": "true"}).content.decode()
    given = {"version": ticket.version, "reply": "Xong"}
    answer = client.post(address, given, headers={"HX-Request": "true"})
    assert answer.headers["HX-Redirect"] == reverse("ticket", args=[ticket.code])


def test_handing_a_ticket_away_leads_back_to_the_inbox(client, cast):
    elsewhere = opened(area="778", lat=None, lon=None)
    actions.transfer(actor=by(cast.khoa), ticket_id=elsewhere.pk, unit=unit("760").pk, note="Nhờ Quận 1")
    again = {"unit": unit("778"), "note": "Nhầm", "request_id": str(uuid.uuid4())}
    client = signed_in(client, cast.lan)
    for _sending in range(2):  # the second one finds the ticket gone from sight, and ends the same
        answer = move(client, elsewhere, "transfer", version=3, **again)
        assert answer.url == reverse("inbox")
    assert elsewhere.events.filter(verb="transfer").count() == 2


def test_the_citizens_wording_is_shown_before_it_is_sent(client, cast):
    ticket = opened()
    words = read(signed_in(client, cast.lan).get(reverse("ticket_move", args=[ticket.code, "send_back"])))
    assert f"Người dân sẽ đọc {MOVES['send_back'].public}" in words


def test_public_and_internal_words_are_told_apart(client, cast):
    ticket = brought_to(State.IN_PROGRESS)
    actions.note(actor=by(cast.lan), ticket_id=ticket.pk, note="Chủ quán hẹn dọn cuối tuần")
    actions.report_progress(actor=by(cast.lan), ticket_id=ticket.pk, reply="Đã nhắc nhở")
    body = page_of(signed_in(client, cast.minh), ticket, part="history").content.decode()
    note, progress = body.index("Chủ quán hẹn dọn"), body.index("Đã nhắc nhở")
    assert 'class="internal"' in body[:note] and body.rindex('class="public"', 0, progress) < progress


def test_phones_in_the_words_themselves_are_masked_until_a_reason_is_given(client, cast):
    ticket = opened(body="Ổ gà trước nhà, gọi 0900 000 007 để vào xem.", reporter={"name": "Nguyễn Văn An"})
    actions.note(actor=by(cast.lan), ticket_id=ticket.pk, note="Đã gọi 0900000008, hẹn chiều")
    for person in (cast.lan, cast.tu, cast.ha):
        words = read(page_of(signed_in(client, person), ticket))
        assert "•••" in words and "0900 000 007" not in words and "0900000008" not in words
    shown = read(client.post(reverse("ticket_contact", args=[ticket.code]), {"reason": "direct"}))
    assert "0900 000 007" in shown and "0900000008" in shown
    assert Reading.objects.get().user == cast.ha


def test_words_that_came_in_meanwhile_hide_their_phones_too(client, cast):
    ticket = opened()
    actions.note(actor=by(cast.tu), ticket_id=ticket.pk, note="Người dân dặn gọi 0900 000 007")
    late = move(signed_in(client, cast.lan), ticket, "send_back", version=ticket.version, note="Không thuộc quận")
    words = read(late)
    assert late.status_code == 409 and "dặn gọi •••" in words and "0900 000 007" not in words


def test_reporters_of_what_was_merged_are_shown_unless_they_hide_their_name(client, cast):
    target = opened(reporter={"name": "Nguyễn Văn An"})
    for name, hides in (("Trần Thị Bình", False), ("Phạm Kín", True)):
        part = opened(reporter={"name": name}, hides_name=hides)
        actions.merge(actor=by(), ticket_id=part.pk, target=target.pk)
    words = read(page_of(signed_in(client, cast.lan), target))
    assert "V. An" in words and "T. Bình" in words and "Kín" not in words
    assert words.count("người báo đầu tiên") == 1


def test_who_hides_their_name_is_hidden_from_the_unit_until_a_supervisor_says_why(client, cast):
    ticket = opened(reporter={"name": "Nguyễn Văn An", "phone": "+84900000001"}, hides_name=True)
    address = reverse("ticket_contact", args=[ticket.code])
    for person in (cast.lan, cast.minh):
        words = read(page_of(signed_in(client, person), ticket))
        assert "V. An" not in words and "••• 001" not in words and "Giấu tên" in words
        assert client.post(address, {"reason": "ask"}).status_code == 403
    of_hotline = read(page_of(signed_in(client, cast.tu), ticket))
    assert "V. An" in of_hotline and "••• 001" in of_hotline
    with pytest.raises(PermissionDenied):
        actions.disclose(actor=by(cast.tu), ticket_id=ticket.pk, note="x")
    actions.disclose(actor=by(cast.sau), ticket_id=ticket.pk, note="Người dân đồng ý gặp")
    assert ticket.events.get(verb="disclose").actor == cast.sau
    assert client.post(address, {"reason": "ask"}).status_code == 200
    assert "Nguyễn Văn An" in read(signed_in(client, cast.lan).post(address, {"reason": "ask"}))


def test_contact_data_is_masked_until_a_reason_is_given_and_every_look_is_kept(client, cast):
    ticket = opened(reporter={"name": "Nguyễn Văn An", "phone": "+84900000001"})
    signed_in(client, cast.lan)
    assert "0900 000 001" not in read(page_of(client, ticket)) and "N. V. An" in read(page_of(client, ticket))
    address = reverse("ticket_contact", args=[ticket.code])
    assert "Chọn lý do trước khi xem." in read(client.post(address, {"reason": ""}))
    assert not Reading.objects.exists()
    shown = client.post(address, {"reason": "ask"})
    assert "0900 000 001" in read(shown) and shown.headers["Refresh"].startswith("60;")
    look = Reading.objects.get()
    assert (look.user, look.ticket, look.reason) == (cast.lan, ticket, "ask")
    piece = client.post(address, {"reason": "ask"}, headers={"HX-Request": "true"}).content.decode()
    assert 'hx-trigger="load delay:60s"' in piece and "Hỏi thêm người dân" in piece


def test_edit_changes_only_what_differs_and_says_which(client, cast):
    ticket = opened()
    signed_in(client, cast.tu)
    same = {"category": ticket.category_id, "urgency": "normal", "area": ticket.area_id, "address": ticket.address,
            "is_public": "on"}
    assert "Chưa có thông tin nào thay đổi." in read(move(client, ticket, "edit", **same))
    assert move(client, ticket, "edit", **(same | {"address": "14 Lê Lợi", "is_public": ""})).status_code == 302
    assert TicketEvent.objects.get(verb="edit").data["changes"] == ["address", "is_public"]


def test_merge_asks_for_the_code_of_the_other_as_people_write_it(client, cast):
    ticket, other = opened(), opened()
    signed_in(client, cast.sau)
    assert "Không có phản ánh nào mang mã này." in read(move(client, ticket, "merge", target="PHA000"))
    spoken = f"{other.code[:7].lower()} {other.code[7:]}"
    assert move(client, ticket, "merge", target=spoken).status_code == 302
    assert Ticket.objects.get(pk=ticket.pk).merged_into == other


def test_every_form_of_every_legal_move_opens(client, cast):
    for state in State:
        ticket = brought_to(state)
        for person in (cast.minh, cast.sau):
            signed_in(client, person)
            for verb, rule in MOVES.items():
                if verb != "open" and state in rule.sources and access.may(by(person), verb, ticket):
                    assert client.get(reverse("ticket_move", args=[ticket.code, verb])).status_code == 200, verb


def test_a_long_history_costs_no_more_queries(client, cast):
    ticket = opened(reporter={"name": "An", "phone": "+84900000001"})
    signed_in(client, cast.lan)

    def cost():
        page_of(client, ticket)
        with CaptureQueriesContext(connection) as queries:
            page_of(client, ticket)
        return len(queries)

    actions.note(actor=by(cast.lan), ticket_id=ticket.pk, note="Một")
    few = cost()
    for number in range(20):
        actions.note(actor=by(cast.minh), ticket_id=ticket.pk, note=f"Ghi chú {number}")
        actions.join(actor=by(cast.tu), ticket_id=ticket.pk, reporter={"name": f"Người {number}"})
    assert cost() == few < 25


def test_the_page_speaks_english_to_those_who_chose_it(client, cast):
    ticket = opened()
    signed_in(client, cast.lan).cookies["ioc_language"] = "en"
    words = read(page_of(client, ticket))
    assert "1 person" in words and "Handling unit" in words and "10 calendar days from" in words
