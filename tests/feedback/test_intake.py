"""Taking a call: the form, doubled submits, every kind of bad input, and the same by JSON."""

import uuid
from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from accounts.roles import Role
from districts.models import Unit
from feedback.console.receipts import spoken_code
from feedback.models import Category, Channel, EventText, Reporter, Ticket, TicketEvent
from hcmc_ioc.lib import caching
from tests.city import unit, worker
from tests.feedback.calls import BEN_THANH, assist, border_point, call, keep, send
from tests.feedback.pages import read, signed_in
from tests.feedback.test_actions import opened

pytestmark = pytest.mark.django_db


def test_a_call_becomes_a_ticket_and_a_line_to_read_aloud(tu, cast):
    answer = send(tu)
    ticket = Ticket.objects.get()
    assert answer.url == f"{reverse('intake')}?saved={ticket.code}"
    assert (ticket.area, ticket.unit.code, ticket.state) == (unit("760"), "GTDB", "forwarded")
    assert ticket.events.get(verb="open").actor == cast.tu
    reporter = Reporter.objects.get()
    assert (reporter.name, reporter.phone) == ("Nguyễn Văn An", "+84900000001")
    words = read(tu.get(answer.url))
    due = timezone.localtime(ticket.due_at)
    assert f"Mã phản ánh của ông/bà là {spoken_code(ticket.code)}, chuyển {ticket.unit.name} xử lý" in words
    assert f"{due:%H} giờ {due:%M}" in words and f"ngày {due:%d/%m/%Y}" in words
    assert "Nguyễn Văn An" not in words and "10 ngày, tính từ" in words


def test_a_doubled_submit_opens_once(tu):
    same = str(uuid.uuid4())
    assert send(tu, request_id=same).url == send(tu, request_id=same).url
    assert Ticket.objects.count() == Reporter.objects.count() == 1


@pytest.mark.parametrize("typed", ["0900000001", "+84 900 000 001", "84900000001", "0900.000.001", "(0900) 000-001"])
def test_a_phone_in_any_shape_is_one_number(tu, typed):
    assert send(tu, phone=typed).status_code == 302
    assert Reporter.objects.get().phone == "+84900000001"


@pytest.mark.parametrize("changes, field, message", [
    ({"phone": "khong nho"}, "phone", "Số điện thoại không đọc được."),
    ({"phone": "090012"}, "phone", "Số điện thoại thừa hoặc thiếu chữ số."),
    ({"phone": ""}, "phone", "Ghi số điện thoại, hoặc đánh dấu “Giấu tên”"),
    ({"body": ""}, "body", "Ghi nội dung người dân phản ánh."),
    ({"body": "x" * 10_001}, "body", "Tối đa 10.000 ký tự, hiện có 10.001."),
    ({"body": "\x00\x07\u200b"}, "body", "Ghi nội dung người dân phản ánh."),
    ({"category": ""}, "category", "Chọn lĩnh vực."),
    ({"category": "x"}, "category", "Lĩnh vực này đã ngừng sử dụng"),
    ({"area": ""}, "address", "Chưa rõ địa điểm"),
    ({"area": "999999"}, "area", "Đơn vị này không còn hoạt động"),
    ({"lat": "21.02", "lon": "105.85"}, "address", "Điểm này nằm ngoài địa bàn thành phố."),
    ({"lat": "106.7", "lon": "10.77"}, "address", "Vĩ độ và kinh độ bị đảo chỗ"),
    ({"lat": "bên", "lon": "kia"}, "address", "Tọa độ phải là hai số"),
    ({"lat": "nan", "lon": "inf"}, "address", "Tọa độ không hợp lệ"),
    ({"no_place": "on"}, "no_place_reason", "Ghi vì sao không có địa điểm."),
    ({"occurred_at": "hôm qua"}, "occurred_at", "Ngày giờ không đọc được."),
    ({"channel": "0"}, "channel", "Kênh này đã ngừng sử dụng"),
    ({"urgency": "huge"}, "urgency", "huge"),
    ({"request_id": "not-a-uuid"}, "", ""),
])
def test_bad_input_is_told_at_its_field_and_nothing_is_lost(tu, changes, field, message):
    answer = send(tu, **changes)
    if not field:
        assert answer.status_code == 422
        return
    assert answer.status_code == 422 and not Ticket.objects.exists()
    assert message in " ".join(map(str, answer.context["form"].errors[field]))
    assert message in read(answer)
    for kept in ("body", "name", "address"):
        if changes.get(kept) is None:
            assert call()[kept] in read(answer) + answer.content.decode()


@pytest.mark.parametrize("shift, message", [
    (timedelta(hours=1), "Thời điểm này ở tương lai."), (timedelta(days=-400), "Thời điểm này đã quá một năm."),
])
def test_a_moment_in_the_future_or_long_ago_is_refused(tu, shift, message):
    moment = timezone.localtime() + shift
    assert message in read(send(tu, occurred_at=f"{moment:%Y-%m-%dT%H:%M}"))


def test_a_paper_report_of_last_week_counts_from_then(tu):
    moment = timezone.localtime().replace(second=0, microsecond=0) - timedelta(days=7)
    send(tu, occurred_at=f"{moment:%Y-%m-%dT%H:%M}")
    assert Ticket.objects.get().occurred_at == moment


def test_a_category_switched_off_meanwhile_is_told(tu):
    given = call()
    Category.objects.filter(pk=given["category"]).update(is_active=False)
    answer = tu.post(reverse("intake"), given)
    assert answer.status_code == 422 and "Lĩnh vực này đã ngừng sử dụng" in read(answer)


def test_a_unit_that_ended_meanwhile_is_told(tu):
    given = call(unit=unit("GTDB").pk, unit_reason="Đã gọi điện")
    Unit.objects.filter(code="GTDB").update(valid_to="2022-01-01")
    assert "Đơn vị này không còn hoạt động" in read(tu.post(reverse("intake"), given))


def test_emoji_stay_and_control_characters_go(tu):
    send(tu, body="Cây ngã 🌳 chắn\x00 đường\u202e\r\nxe không qua được")
    assert Ticket.objects.get().body == "Cây ngã 🌳 chắn đường\nxe không qua được"


def test_a_point_decides_the_area_and_its_border_is_asked(tu, monkeypatch):
    send(tu, area="", lat=BEN_THANH[0], lon=BEN_THANH[1])
    ticket = Ticket.objects.get()
    assert (ticket.area, ticket.unit_source, ticket.near_border) == (unit("760"), "footprint", False)
    assert ticket.cell_9
    edge = border_point()
    answer = send(tu, area="", lat=edge[0], lon=edge[1])
    assert answer.status_code == 422 and "Vị trí gần ranh giới" in read(answer)
    assert send(tu, area=unit("760").pk, lat=edge[0], lon=edge[1], border_ok="on").status_code == 302
    assert Ticket.objects.latest("pk").near_border


def test_no_place_keeps_its_reason_inside(tu):
    send(tu, area="", address="", no_place="on", no_place_reason="Góp ý chung về ứng dụng")
    ticket = Ticket.objects.get()
    assert (ticket.area, ticket.lat) == (None, None)
    words = EventText.objects.get(event__verb="note")
    assert words.words == "Không có địa điểm: Góp ý chung về ứng dụng" and not words.is_public


def test_what_is_left_open_follows_the_category_and_a_hand_goes_first(tu):
    bridge = Category.objects.get(code="ha-tang-cau")
    send(tu, category=bridge.pk)
    assert (Ticket.objects.get().urgency, Ticket.objects.get().needs_several) == ("urgent", True)
    send(tu, category=bridge.pk, urgency="normal", needs_several="no", is_public="no")
    hand = Ticket.objects.latest("pk")
    assert (hand.urgency, hand.needs_several, hand.is_public) == ("normal", False, False)


def test_another_unit_needs_a_reason_which_stays_with_the_hand_over(tu):
    other = unit("HTKT")
    assert "Ghi lý do chọn đơn vị khác với quy tắc." in read(send(tu, unit=other.pk))
    send(tu, unit=other.pk, unit_reason="Đang thi công ở đó")
    event = TicketEvent.objects.get(verb="forward")
    assert event.unit == other and event.text.words == "Đang thi công ở đó" and "rule" not in event.data


def test_without_a_number_a_hidden_name_or_another_channel_will_do(tu):
    assert send(tu, phone="", hides_name="on").status_code == 302
    assert send(tu, phone="", channel=Channel.objects.get(code="email").pk).status_code == 302


@pytest.mark.parametrize("who", ["ha", "phuc", "quan", "nobody", "dien"])
def test_recording_is_for_the_hotline_and_for_units_with_an_area(client, cast, who):
    cast.dien = worker("dien", Role.UNIT_STAFF, "EVNHCMC")
    signed_in(client, getattr(cast, who))
    opened()
    pages = [reverse(name) for name in ("intake", "intake_categories", "intake_places")]
    posts = [reverse(name) for name in ("intake_assist", "intake_caller", "intake_join")]
    assert {client.get(page).status_code for page in pages} == {403}
    assert {client.post(page, {}, content_type="application/json").status_code for page in posts} == {403}
    assert keep(client, uuid.uuid4(), body="x").status_code == 403


def test_saving_and_helping_cost_the_same_with_many_tickets_around(tu):
    def cost(work):
        work()
        with CaptureQueriesContext(connection) as queries:
            work()
        return len(queries)

    def help_():
        assist(tu, category=Category.objects.get(code="trat-tu-lan-chiem").pk, lat="10.7743", lon="106.7010",
               body="hàng quán lấn chiếm vỉa hè trước số 12 Lê Lợi")

    def look():
        tu.post(reverse("intake_caller"), {"phone": "0900000001"})

    reporter = {"name": "An", "phone": "+84900000001"}
    opened(reporter=reporter)
    caching.clear_all()
    few = cost(help_), cost(look), cost(lambda: send(tu))
    for _ in range(20):
        opened(reporter=reporter)
    assert (cost(help_), cost(look), cost(lambda: send(tu))) == few
    assert max(few) < 40
