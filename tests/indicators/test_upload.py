"""A sheet by file: the template filled and read back; nothing is written before somebody has seen what would change."""

from io import BytesIO

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from openpyxl import Workbook, load_workbook

from indicators import entry
from indicators.models import Delivery, Revision, Staged, Value, ValueSet
from tests.city import unit
from tests.feedback.pages import read, signed_in
from tests.indicators.test_entry import cell, change, keyed

pytestmark = pytest.mark.django_db


@pytest.fixture
def monthly(cast):
    return ValueSet.objects.get(code="monthly-district")


@pytest.fixture
def october(monthly):
    from indicators import owed

    return owed.rule().parse("month", "2026-10")


@pytest.fixture
def lan(client, cast):
    return signed_in(client, cast.lan)


def filled(lan, monthly, **numbers):
    """The template as the clerk got it, with these cells filled: code with "_" → a number, a pair, or words."""
    got = lan.get(reverse("sheet_template", args=[monthly.code, unit("760").slug, "2026-10"]))
    book = load_workbook(BytesIO(b"".join(got.streaming_content)))
    page = book.worksheets[1]
    heads = [head.value for head in page[1]]
    rows = {row[0].value: row for row in page.iter_rows(min_row=2)}
    for name, value in numbers.items():
        row = rows[name.replace("_", "-")]
        parts = dict(zip(("Tử số", "Mẫu số"), value, strict=True)) if isinstance(value, tuple) else {"Số liệu": value}
        for head, part in parts.items():
            row[heads.index(head)].value = part
    out = BytesIO()
    book.save(out)
    return out.getvalue()


def send(lan, monthly, content, name="bieu.xlsx"):
    file = SimpleUploadedFile(name, content)
    return lan.post(reverse("send_file", args=[monthly.code, unit("760").slug, "2026-10"]), {"file": file}, follow=True)


def act(lan, act):
    delivery = Delivery.objects.get(door="file", state="staged")
    place = [delivery.value_set.code, delivery.unit.slug, "2026-10", delivery.pk]
    return lan.post(reverse("staged", args=place), {"act": act}, follow=True)


def test_a_filled_template_is_shown_and_then_written(lan, cast, monthly, october):
    keyed(cast.lan, monthly, october, change("fires", "2"))
    page = send(lan, monthly, filled(lan, monthly, fires=3, dossiers_on_time=(95, 100), waste_collected="1.234,5"))
    assert "3 ô sẽ thay đổi" in read(page) and Value.objects.count() == 1, "nothing is written yet"
    assert "Đã ghi 3 ô" in read(act(lan, "commit"))
    assert cell(monthly, october, "fires").number == 3 and cell(monthly, october, "dossiers-on-time").number == 95
    assert str(cell(monthly, october, "waste-collected").number) == "1234.50000000"


def test_the_same_file_twice_changes_nothing(lan, monthly):
    content = filled(lan, monthly, fires=3)
    for said in ("1 ô sẽ thay đổi", "Tệp không thay đổi ô nào"):
        assert said in read(send(lan, monthly, content))
        act(lan, "commit")
    assert Revision.objects.count() == 1


def test_a_dropped_file_writes_nothing(lan, monthly):
    send(lan, monthly, filled(lan, monthly, fires=3))
    act(lan, "drop")
    assert not Value.objects.exists() and not Staged.objects.exists()


@pytest.mark.parametrize(("numbers", "reason"), [
    ({"fires": "hai"}, "không phải là số"), ({"fires": -1}, "không thể âm"), ({"fires": "1.28"}, "dấu phẩy"),
    ({"fires": "12%"}, "%"), ({"dossiers_on_time": (101, 100)}, "Tử số lớn hơn mẫu số"),
    ({"fires": "=1+1"}, "công thức")])
def test_a_bad_cell_is_named_and_the_good_ones_may_come(lan, monthly, october, numbers, reason):
    page = read(send(lan, monthly, filled(lan, monthly, crimes_recorded=4, **numbers)))
    assert reason in page and "1 dòng chưa đúng" in page and "Chỉ nhận phần đúng" in page
    act(lan, "commit")
    assert Value.objects.count() == 1 and cell(monthly, october, "crimes-recorded").number == 4


def bomb():
    book = Workbook()
    out = BytesIO()
    book.save(out)
    return out.getvalue()[:400]


@pytest.mark.parametrize(("name", "content", "reason"), [
    ("bieu.xlsx", b"not a workbook", "hỏng"), ("bieu.xlsx", bomb(), "hỏng"), ("bieu.txt", b"x", "Chỉ nhận"),
    ("bieu.csv", "Mã,Số liệu\nfires,3\n".encode(), "thiếu cột"), ("bieu.csv", b"\xff\xfe\x00", "hỏng"),
    ("bieu.csv", b"", "đầu bảng")])
def test_an_unusable_file_is_one_clear_line(lan, monthly, name, content, reason):
    assert reason in read(send(lan, monthly, content, name)) and not Delivery.objects.exists()


def test_only_keepers_send_and_only_their_own_is_seen(client, cast, monthly, october):
    signed_in(client, cast.lan)
    send(client, monthly, filled(client, monthly, fires=3))
    place = reverse("staged", args=[monthly.code, unit("760").slug, "2026-10", Delivery.objects.get().pk])
    for name in ("khoa", "ha", "nobody"):
        signed_in(client, getattr(cast, name))
        assert client.get(place).status_code == 404
        assert client.post(place, {"act": "commit"}).status_code == 404
    assert not Value.objects.exists()


def test_what_changed_meanwhile_is_seen_before_it_is_written(lan, cast, monthly, october):
    send(lan, monthly, filled(lan, monthly, fires=3))
    keyed(cast.lan, monthly, october, change("fires", "3"))
    found = entry.sheet(monthly, unit("760"), october)
    from indicators import upload

    assert upload.differences(found, Delivery.objects.get(door="file")) == []
