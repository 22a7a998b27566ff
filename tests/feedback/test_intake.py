"""Taking a call: the form, help while typing, drafts, duplicates, doubled submits, and every kind of bad input."""

import json
import uuid
from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from districts.models import Unit
from feedback import actions, callers, duplicates, suggestions
from feedback.models import Category, Channel, Draft, EventText, Promise, Reporter, Ticket, TicketEvent
from feedback.receipts import receipt, spoken_code
from feedback.rulebook import rulebook
from hcmc_ioc.lib import caching
from tests.city import unit
from tests.feedback.pages import read, signed_in
from tests.feedback.test_actions import opened

pytestmark = pytest.mark.django_db
BEN_THANH = ("10.7725", "106.6980")
POTHOLE = "Mặt đường trước số 12 Lê Lợi có ổ gà lớn, xe máy té hai lần sáng nay."


def call(**changes):
    """A form as the operator would send it; None leaves a field out."""
    given = {
        "phone": "0900 000 001", "name": "Nguyễn Văn An", "body": POTHOLE, "address": "12 Lê Lợi, Quận 1",
        "category": Category.objects.get(code="ha-tang-mat-duong").pk, "area": unit("760").pk,
        "channel": Channel.objects.get(code="phone").pk, "request_id": str(uuid.uuid4()),
    }
    return {k: v for k, v in (given | changes).items() if v is not None}


def send(client, **changes):
    return client.post(reverse("intake"), call(**changes))


@pytest.fixture
def tu(client, cast):
    return signed_in(client, cast.tu)


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
    edge = _border_point()
    answer = send(tu, area="", lat=edge[0], lon=edge[1])
    assert answer.status_code == 422 and "Vị trí gần ranh giới" in read(answer)
    assert send(tu, area=unit("760").pk, lat=edge[0], lon=edge[1], border_ok="on").status_code == 302
    assert Ticket.objects.latest("pk").near_border


def _border_point():
    """A point of Quận 1 right beside another unit."""
    from districts import geo
    from districts.geo import h3

    for cell in geo.cells("760"):
        lat, lon = h3.cell_to_latlng(cell)
        found = geo.locate(lat, lon)
        if found.unit_code == "760" and found.near_border:
            return f"{lat:.6f}", f"{lon:.6f}"
    raise AssertionError("Quận 1 has no border")


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


# --- Helping while one types


def test_earlier_tickets_of_the_number_open_first_and_masked(tu, cast):
    reporter = {"name": "Nguyễn Văn An", "phone": "+84900000001"}
    done, open_one = opened(reporter=reporter), opened(reporter=reporter)
    actions.resolve(actor=actions.Actor(), ticket_id=done.pk, reply="Xong")
    opened(reporter={"phone": "+84900000002"})
    known = callers.by_phone(cast.tu, "+84900000001", timezone.now())
    assert [t.pk for t in known.tickets] == [open_one.pk, done.pk] and (known.year, known.open) == (2, 1)
    words = read(tu.post(reverse("intake_caller"), {"phone": "0900000001"}))
    assert "2 phản ánh trong 12 tháng" in words and "N. V. An" in words and "Nguyễn Văn An" not in words
    assert "Số điện thoại không đọc được" in read(tu.post(reverse("intake_caller"), {"phone": "abc"}))


@pytest.mark.parametrize("text, code, word", [
    ("Trước nhà có ổ gà rất lớn, mặt đường nứt", "ha-tang-mat-duong", "ổ gà"),
    ("truoc nha co o ga, mat duong lun", "ha-tang-mat-duong", "mặt đường"),
    ("Hàng xóm hát karaoke loa kéo tới khuya", "tieng-on-karaoke", "karaoke"),
    ("Cây ngã chắn ngang đường, nhánh gãy", "cay-xanh-nga-do", "cây ngã"),
    ("Cả hẻm bị cúp nước từ sáng, không có nước", "cap-nuoc-mat-nuoc", "không có nước"),
    ("Rác tồn đọng ba ngày không thu gom", "moi-truong-rac", "rác tồn đọng"),
])
def test_categories_are_guessed_from_the_words_with_the_reason(town, text, code, word):
    best = suggestions.suggest(text, rulebook().categories.values())
    assert best[0].category.code == code and word in best[0].words


def test_a_guess_is_not_made_from_words_that_only_look_alike(town):
    found = suggestions.suggest("Yêu cau cán bộ trả lời câu hỏi", rulebook().categories.values())
    assert "ha-tang-cau" not in [s.category.code for s in found]
    assert suggestions.suggest("", rulebook().categories.values()) == []


@pytest.mark.parametrize("typed, expected", [("o ga", "Mặt đường hư hỏng"), ("den duong", "Đèn đường không sáng"),
                                             ("karao", "Karaoke, loa kéo"), ("burst", "Bể ống nước")])
def test_a_category_is_found_without_diacritics(tu, typed, expected):
    assert read(tu.get(reverse("intake_categories"), {"category_words": typed})).strip().startswith(expected)
    assert read(tu.get(reverse("intake_categories"), {"category_words": "zzzz"})).strip() == ""


def test_places_come_with_their_unit(tu):
    body = tu.get(reverse("intake_places"), {"address": "12 le loi q1"}).content.decode()
    assert "12 Lê Lợi, Quận 1" in body and f'data-area="{unit("760").pk}"' in body


def assist(tu, **given):
    return tu.post(reverse("intake_assist"), given)


def test_the_unit_and_the_date_are_shown_with_their_reasons(tu):
    category = Category.objects.get(code="trat-tu-lan-chiem")
    body = assist(tu, category=category.pk, area=unit("760").pk)
    words = read(body)
    assert "Quận 1" in words and "Đơn vị phụ trách địa bàn Quận 1" in words and "10 ngày, tính từ" in words
    assert 'data-urgency="normal" data-public="yes" data-several="no"' in body.content.decode()
    emergency = read(assist(tu, category=Category.objects.get(code="dien-su-co").pk))
    assert "113 (công an), 114" in emergency and "4 giờ làm việc" in emergency


def test_the_place_is_told_while_the_pin_moves(tu):
    assert "Vị trí thuộc Quận 1" in read(assist(tu, lat=BEN_THANH[0], lon=BEN_THANH[1]))
    assert "ngoài địa bàn thành phố" in read(assist(tu, lat="16.0", lon="108.2"))
    edge = _border_point()
    assert "gần ranh giới" in read(assist(tu, lat=edge[0], lon=edge[1]))


def test_what_the_preview_says_is_what_saving_does(tu):
    for code in ("trat-tu-lan-chiem", "dien-su-co", "ha-tang-cau", "khac-gop-y"):
        category = Category.objects.get(code=code)
        told = tu.post(reverse("api_preview"), json.dumps({"category": category.pk, "area": unit("760").pk}),
                       content_type="application/json").json()
        send(tu, category=category.pk)
        ticket = Ticket.objects.latest("pk")
        assert (told["unit"]["id"], told["urgency"]) == (ticket.unit_id, ticket.urgency)
        assert told["needs_several"] == ticket.needs_several
        rule = Promise.objects.get(ticket=ticket).rule
        assert told["regulation"] == rule.regulation


def test_duplicates_are_near_alike_recent_and_of_the_same_field(tu, cast):
    here = {"category": "ha-tang-mat-duong", "lat": 10.7725, "lon": 106.6980, "body": POTHOLE}
    same = opened(**here)
    opened(**(here | {"lat": 10.80, "lon": 106.66}))  # far
    opened(**(here | {"category": "tieng-on-karaoke"}))  # another field
    opened(**here, at=timezone.now() - timedelta(days=20))  # old
    done = opened(**here)
    actions.resolve(actor=actions.Actor(), ticket_id=done.pk, reply="Xong")
    found = duplicates.find(user=cast.tu, text="ổ gà lớn mặt đường Lê Lợi", lat=10.7727, lon=106.6983,
                            category_id=same.category_id, now=timezone.now())
    assert [likely.ticket for likely in found] == [same]
    assert found[0].metres < 60 and found[0].score > 0.7


def test_duplicates_of_the_same_street_are_found_without_a_point(tu, cast):
    here = {"category": "ha-tang-mat-duong", "lat": None, "lon": None, "body": POTHOLE}
    same = opened(**here, address="30 Lê Lợi, Quận 1")
    opened(**(here | {"body": "Ổ gà lớn giữa đường, xe máy té"}), address="7 Nguyễn Trãi, Quận 1")
    opened(**here, address="30 Lê Lợi, Quận 7", area="778")
    found = duplicates.find(user=cast.tu, text="mặt đường có ổ gà lớn", address="12 le loi, Quận 1", now=timezone.now(),
                            area_id=unit("760").pk, category_id=same.category_id)
    assert [(likely.ticket, likely.metres) for likely in found] == [(same, None)]
    words = read(assist(tu, category=same.category_id, area=unit("760").pk, address="12 Lê Lợi", body=POTHOLE))
    assert "cùng đường" in words and spoken_code(same.code) in words


def test_joining_adds_the_caller_and_opens_nothing(tu):
    first = opened(reporter={"name": "An", "phone": "+84900000009"})
    request_id = str(uuid.uuid4())
    for _ in range(2):  # doubled
        answer = tu.post(reverse("intake_join"), call(join=first.pk, request_id=request_id))
        assert answer.url == f"{reverse('intake')}?saved={first.code}&joined=1"
    assert "Đã thêm người báo" in read(tu.get(answer.url))
    assert Ticket.objects.get().reporter_count == 2
    assert first.reporters.get(is_first=False).phone == "+84900000001"
    wrong = tu.post(reverse("intake_join"), call(join=first.pk, phone="abc"))
    assert wrong.status_code == 422 and "không đọc được" in read(wrong) and "Chọn lĩnh vực" not in read(wrong)
    assert tu.post(reverse("intake_join"), call(join="0")).status_code == 404


def test_joining_a_ticket_closed_meanwhile_says_so(tu):
    first = opened()
    actions.resolve(actor=actions.Actor(), ticket_id=first.pk, reply="Xong")
    answer = tu.post(reverse("intake_join"), call(join=first.pk))
    assert answer.status_code == 422 and "Không thể “Thêm người báo”" in read(answer)


# --- Drafts


def keep(client, token, **fields):
    return client.put(reverse("api_draft", args=[token]), json.dumps({"fields": fields}),
                      content_type="application/json")


def test_a_draft_outlives_the_browser_and_ends_with_the_save(tu):
    token = uuid.uuid4()
    assert keep(tu, token, body="Đang ghi dở", phone="0900000001").status_code == 200
    assert keep(tu, token, body="Đang ghi dở dang", phone="0900000001").status_code == 200
    with connection.cursor() as cursor:
        cursor.execute("SELECT fields FROM feedback_draft")
        assert "ghi" not in cursor.fetchone()[0]
    page = tu.get(reverse("intake"))
    assert "Đang ghi dở dang" in read(page) and "Đã mở lại bản nháp" in read(page)
    assert f'name="draft" value="{token}"' in page.content.decode()
    assert 'value="0900000001"' in page.content.decode()
    assert "body" not in tu.get(reverse("intake"), {"new": "1"}).context["form"].initial
    send(tu, draft=str(token))
    assert not Draft.objects.exists()


def test_drafts_are_listed_and_dropped(tu):
    first, second = uuid.uuid4(), uuid.uuid4()
    keep(tu, first, body="Nháp thứ nhất")
    keep(tu, second, body="Nháp thứ hai")
    assert [d["line"] for d in tu.get(reverse("api_drafts")).json()] == ["Nháp thứ hai", "Nháp thứ nhất"]
    page = tu.get(reverse("intake"), {"draft": str(first)})
    assert page.context["form"].initial["body"] == "Nháp thứ nhất" and "Nháp thứ hai" in read(page)
    assert tu.post(reverse("draft_drop", args=[first])).status_code == 302
    assert tu.delete(reverse("api_draft", args=[second])).status_code == 204
    assert tu.delete(reverse("api_draft", args=[second])).status_code == 404
    assert tu.get(reverse("intake"), {"draft": str(first)}).status_code == 404


def test_a_draft_is_its_owners_alone(client, cast):
    token = uuid.uuid4()
    keep(signed_in(client, cast.tu), token, body="Của Tư")
    signed_in(client, cast.sau)
    assert keep(client, token, body="Của Sáu").status_code == 404
    assert client.get(reverse("api_drafts")).json() == []
    assert "Của Tư" not in read(client.get(reverse("intake")))
    assert client.delete(reverse("api_draft", args=[token])).status_code == 404


def test_a_draft_of_any_size_or_shape_is_answered(tu):
    assert keep(tu, uuid.uuid4(), body="x" * 70_000).json()["errors"]["fields"] == [
        "Bản nháp quá dài, hãy rút gọn nội dung."]
    assert tu.put(reverse("api_draft", args=[uuid.uuid4()]), "{", content_type="application/json").status_code == 400
    assert tu.put(reverse("api_draft", args=[uuid.uuid4()]), '{"fields": 3}',
                  content_type="application/json").status_code == 400


# --- The same by JSON


def post(client, name, data, *args):
    return client.post(reverse(name, args=args), json.dumps(data), content_type="application/json")


def test_the_api_opens_once_and_answers_with_the_receipt(tu):
    given = call()
    first, second = post(tu, "api_tickets", given), post(tu, "api_tickets", given)
    assert (first.status_code, first.json()["code"]) == (201, second.json()["code"])
    assert first.json()["line"] == receipt(Ticket.objects.get())["line"]
    wrong = post(tu, "api_tickets", call(body="", phone="x"))
    assert wrong.status_code == 400 and set(wrong.json()["errors"]) == {"body", "phone"}


def test_the_api_helps_as_the_console_does(tu):
    opened(reporter={"name": "An", "phone": "+84900000001"}, body=POTHOLE, category="ha-tang-mat-duong")
    assert post(tu, "api_caller", {"phone": "0900000001"}).json()["year"] == 1
    assert post(tu, "api_caller", {"phone": "xx"}).json()["errors"]["phone"]
    assert post(tu, "api_categories", {"text": POTHOLE}).json()[0]["code"] == "ha-tang-mat-duong"
    assert tu.get(reverse("api_places"), {"q": "cho ben thanh"}).json()[0]["unit_code"] == "760"
    assert tu.get(reverse("api_locate"), {"lat": "10.7725", "lon": "106.6980"}).json()["unit_code"] == "760"
    assert tu.get(reverse("api_locate"), {"lat": "1", "lon": "2"}).status_code == 400
    assert post(tu, "api_preview", {"category": 0}).status_code == 400
    near = {"lat": 10.7743, "lon": 106.7010, "text": POTHOLE}
    assert post(tu, "api_duplicates", near).json()[0]["code"] == Ticket.objects.get().code
    assert post(tu, "api_duplicates", near | {"lat": "x"}).status_code == 400
    joined = post(tu, "api_join", {"phone": "0900000002"}, Ticket.objects.get().code)
    assert joined.status_code == 200 and Ticket.objects.get().reporter_count == 2


@pytest.mark.parametrize("who", ["lan", "minh", "ha", "phuc", "quan", "nobody"])
def test_taking_calls_is_for_the_hotline(client, cast, who):
    signed_in(client, getattr(cast, who))
    code = opened().code
    pages = [reverse(name) for name in ("intake", "intake_categories", "intake_places", "api_places", "api_locate",
                                        "api_drafts")]
    posts = [reverse(name) for name in ("intake_assist", "intake_caller", "intake_join", "api_caller", "api_preview",
                                        "api_categories", "api_duplicates", "api_tickets")]
    posts.append(reverse("api_join", args=[code]))
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
