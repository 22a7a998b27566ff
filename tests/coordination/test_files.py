"""The register by file: faults at their row, all or nothing, what would change shown first, written as it was
staged."""

import csv
import io

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.management import call_command
from django.urls import reverse

from coordination.investments import files
from coordination.models import Baseline, Item, ItemFile
from tests.coordination.test_investments import made
from tests.feedback.pages import read, signed_in

pytestmark = pytest.mark.django_db
NEW = {"Mã": "", "Mã đơn vị": "760", "Mã thành phần": "wifi", "Tên hạng mục": "Wifi chợ", "Mục đích": "Cho dân dùng",
       "Bắt đầu": "2026-01-01", "Kết thúc": "2026-12-31", "Kinh phí (đồng)": "90000000"}


def table(*rows):
    text = io.StringIO()
    writer = csv.DictWriter(text, files.heads(), restval="")
    writer.writeheader()
    writer.writerows(rows)
    return SimpleUploadedFile("dau-tu.csv", text.getvalue().encode())


def sent(client, *rows):
    answer = client.post(reverse("investment_file"), {"file": table(*rows)})
    assert answer.status_code == 302
    return answer.url


def test_a_file_is_shown_first_and_written_as_a_whole(cast, client):
    signed_in(client, cast.minh)
    kept = made(name="Camera chợ")
    row = NEW | {"Mã": kept.code, "Mã thành phần": "cameras", "Tên hạng mục": "Camera chợ Bến Thành",
                 "Mục đích": kept.purpose, "Kinh phí (đồng)": "100000000", "Bắt đầu": "2026-03-01"}
    address = sent(client, NEW, row)
    page = read(client.get(address))
    assert "2 hạng mục sẽ thay đổi" in page and "Camera chợ → Camera chợ Bến Thành" in page
    assert Item.objects.count() == 1
    client.post(address, {"act": "commit"})
    kept.refresh_from_db()
    new = Item.objects.exclude(pk=kept.pk).get()
    assert kept.name == "Camera chợ Bến Thành" and kept.folded_name
    assert new.state == Item.State.PLANNED and Baseline.objects.get(item=new).cost == 90_000_000
    assert client.post(address, {"act": "commit"}).status_code == 404  # not twice


@pytest.mark.parametrize(("changes", "why"), [
    ({"Mã đơn vị": "778"}, "Đơn vị"), ({"Mã thành phần": "khong-co"}, "thành phần mã"),
    ({"Kinh phí (đồng)": "x"}, "Kinh phí"), ({"Kết thúc": "2025-01-01"}, "ngày bắt đầu"),
    ({"Mã": "HM99999"}, "không phải hạng mục")])
def test_one_fault_at_its_row_and_nothing_is_written(cast, client, changes, why):
    signed_in(client, cast.minh)
    address = sent(client, NEW, NEW | {"Tên hạng mục": "Thứ hai"} | changes)
    page = read(client.get(address))
    assert "Dòng 3" in page and why in page and "Ghi các hạng mục này" not in page
    assert client.post(address, {"act": "commit"}).status_code == 404
    assert not Item.objects.exists()


def test_money_of_a_confirmed_item_is_not_changed_by_file(cast, client):
    signed_in(client, cast.minh)
    kept = made()
    address = sent(client, NEW | {"Mã": kept.code, "Mã thành phần": "cameras", "Bắt đầu": "2026-03-01",
                                  "Kinh phí (đồng)": "1"})
    assert "lập lại mốc gốc" in read(client.get(address))


def test_a_file_is_its_senders_alone(cast, client):
    address = sent(signed_in(client, cast.minh), NEW)
    assert signed_in(client, cast.phuc).get(address).status_code == 404
    assert ItemFile.objects.get().user == cast.minh


def test_what_goes_out_comes_back_without_a_change(cast, client):
    signed_in(client, cast.minh)
    made(name="=Camera chợ", yearly_cost=5, monthly_price=7_000_000, service_quantity=3, service_measure="camera")
    made(name="Wifi chợ", component="wifi")
    for form in ("csv", "xlsx"):
        answer = client.get(reverse("investments_as", args=[form]))
        content = b"".join(answer.streaming_content) if answer.streaming else answer.content
        file = SimpleUploadedFile(f"dau-tu.{form}", content)
        address = client.post(reverse("investment_file"), {"file": file}).url
        page = read(client.get(address))
        assert "0 hạng mục sẽ thay đổi" in page and "lỗi" not in page, (form, page)


def test_staff_bring_drafts(cast, client):
    signed_in(client, cast.lan)
    client.post(sent(client, NEW), {"act": "commit"})
    assert Item.objects.get().state == Item.State.DRAFT


def test_planted_duplicates_are_found(cast, capsys):
    """The made-up register, small: the promise of recall and precision is held by the command itself."""
    call_command("try_candidates", items=400, duplicates=60, among=0)
    assert "60 planted pairs" in capsys.readouterr().out
    assert not Item.objects.exists()
