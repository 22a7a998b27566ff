"""Help while the operator types: earlier tickets, categories, places, the preview, duplicates and joining one."""

import uuid
from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from feedback import actions
from feedback.console import callers, duplicates, suggestions
from feedback.console.intake import preview
from feedback.console.receipts import spoken_code
from feedback.models import Category, Promise, Ticket
from feedback.rules.rulebook import rulebook
from tests.city import SYSTEM, by, unit
from tests.feedback.calls import BEN_THANH, POTHOLE, assist, border_point, call, send
from tests.feedback.pages import read
from tests.feedback.test_actions import opened

pytestmark = pytest.mark.django_db


def test_earlier_tickets_of_the_number_open_first_and_masked(tu, cast):
    reporter = {"name": "Nguyễn Văn An", "phone": "+84900000001"}
    done, open_one = opened(reporter=reporter), opened(reporter=reporter)
    actions.resolve(actor=SYSTEM, ticket_id=done.pk, reply="Xong")
    opened(reporter={"phone": "+84900000002"})
    known = callers.by_phone(by(cast.tu), "+84900000001", timezone.now())
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


def test_the_unit_and_the_date_are_shown_with_their_reasons(tu):
    category = Category.objects.get(code="trat-tu-lan-chiem")
    body = assist(tu, category=category.pk, area=unit("760").pk)
    words = read(body)
    assert "Quận 1" in words and "Đơn vị phụ trách địa bàn Quận 1" in words and "10 ngày, tính từ" in words
    assert 'data-urgency="normal" data-public="yes" data-several="no"' in " ".join(body.content.decode().split())
    emergency = read(assist(tu, category=Category.objects.get(code="dien-su-co").pk))
    assert "113 (công an), 114" in emergency and "4 giờ làm việc" in emergency


def test_the_place_is_told_while_the_pin_moves(tu):
    assert "Vị trí thuộc Quận 1" in read(assist(tu, lat=BEN_THANH[0], lon=BEN_THANH[1]))
    assert "ngoài địa bàn thành phố" in read(assist(tu, lat="16.0", lon="108.2"))
    edge = border_point()
    assert "gần ranh giới" in read(assist(tu, lat=edge[0], lon=edge[1]))


def test_what_the_preview_says_is_what_saving_does(tu):
    for code in ("trat-tu-lan-chiem", "dien-su-co", "ha-tang-cau", "khac-gop-y"):
        category = Category.objects.get(code=code)
        told = preview(category_id=category.pk, area_id=unit("760").pk, now=timezone.now())
        send(tu, category=category.pk)
        ticket = Ticket.objects.latest("pk")
        assert (told.unit.pk, told.urgency) == (ticket.unit_id, ticket.urgency)
        assert told.needs_several == ticket.needs_several
        rule = Promise.objects.get(ticket=ticket).rule
        assert told.regulation == rule.regulation


def test_duplicates_are_near_alike_recent_and_of_the_same_field(tu, cast):
    here = {"category": "ha-tang-mat-duong", "lat": 10.7725, "lon": 106.6980, "body": POTHOLE}
    same = opened(**here)
    opened(**(here | {"lat": 10.80, "lon": 106.66}))  # far
    opened(**(here | {"category": "tieng-on-karaoke"}))  # another field
    opened(**here, at=timezone.now() - timedelta(days=20))  # old
    done = opened(**here)
    actions.resolve(actor=SYSTEM, ticket_id=done.pk, reply="Xong")
    found = duplicates.find(actor=by(cast.tu), text="ổ gà lớn mặt đường Lê Lợi", lat=10.7727, lon=106.6983,
                            category_id=same.category_id, now=timezone.now())
    assert [likely.ticket for likely in found] == [same]
    assert found[0].metres < 60 and found[0].score > 0.7


def test_duplicates_of_the_same_street_are_found_without_a_point(tu, cast):
    here = {"category": "ha-tang-mat-duong", "lat": None, "lon": None, "body": POTHOLE}
    same = opened(**here, address="30 Lê Lợi, Quận 1")
    opened(**(here | {"body": "Ổ gà lớn giữa đường, xe máy té"}), address="7 Nguyễn Trãi, Quận 1")
    opened(**here, address="30 Lê Lợi, Quận 7", area="778")
    found = duplicates.find(actor=by(cast.tu), text="mặt đường có ổ gà lớn", address="12 le loi, Quận 1",
                            now=timezone.now(), area_id=unit("760").pk, category_id=same.category_id)
    assert [(likely.ticket, likely.metres) for likely in found] == [(same, None)]
    words = read(assist(tu, category=same.category_id, area=unit("760").pk, address="12 Lê Lợi", body=POTHOLE))
    assert "cùng đường" in words and spoken_code(same.code) in words


def test_while_the_field_is_unknown_the_street_alone_makes_no_duplicate(tu, cast):
    street = {"lat": None, "lon": None, "address": "30 Lê Lợi, Quận 1"}
    same = opened(**street, category="ha-tang-mat-duong", body=POTHOLE)
    opened(**street, category="hanh-chinh-ho-tich", body="Nhờ đính chính dữ liệu hộ tịch của con tôi, bị ghi sai.")
    found = duplicates.find(actor=by(cast.tu), text="Mặt đường Lê Lợi có ổ gà lớn, xe máy té",
                            address="12 Lê Lợi, Quận 1", now=timezone.now(), area_id=unit("760").pk)
    assert [likely.ticket for likely in found] == [same]


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
    actions.resolve(actor=SYSTEM, ticket_id=first.pk, reply="Xong")
    answer = tu.post(reverse("intake_join"), call(join=first.pk))
    assert answer.status_code == 422 and "Không thể “Thêm người báo”" in read(answer)
