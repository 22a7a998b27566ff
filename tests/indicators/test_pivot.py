"""Indicators × units × periods, all in the address: as a page, CSV and XLSX that agree; restricted ones are named."""

import csv
from io import BytesIO, StringIO

import openpyxl
import pytest

from indicators.models import Indicator
from tests.feedback.pages import read, signed_in
from tests.indicators.test_following import taken

pytestmark = pytest.mark.django_db
PAGE = "/du-lieu/phan-tich/"
ASKED = {"chi-so": ["fires", "noise-cases-handled"], "don-vi": ["quan-1", "quan-7"], "tu": "2026-07", "den": "2026-09"}


def content(answer):
    return b"".join(answer.streaming_content) if answer.streaming else answer.content


@pytest.fixture
def figures(cast):
    taken(7321, "2026-07")
    taken(7322, "2026-08")
    taken(8455, "2026-08", unit="778")
    taken(9644, "2026-09", indicator="crimes-recorded")
    return cast


def test_the_page_and_both_files_say_the_same(client, figures):
    signed_in(client, figures.phuc)
    page = read(client.get(PAGE, ASKED))
    assert "7.321" in page and "8.455" in page and "tháng 7/2026 tháng 8/2026 tháng 9/2026" in page
    found = list(csv.DictReader(StringIO(content(client.get(PAGE, ASKED | {"tep": "csv"})).decode("utf-8-sig"))))
    fires = [row for row in found if row["indicator"] == "fires"]
    there = {(row["unit"], row["period"]): row["value"] for row in fires if row["value"]}
    assert there == {("760", "2026-07"): "7321.0", ("760", "2026-08"): "7322.0", ("778", "2026-08"): "8455.0"}
    book = openpyxl.load_workbook(BytesIO(content(client.get(PAGE, ASKED | {"tep": "xlsx"}))))
    laid = [row for row in book["Bảng"].iter_rows(values_only=True) if row[0].startswith("Vụ cháy")]
    assert [row[1:] for row in laid] == [("Quận 1", 7321, 7322, None), ("Quận 7", None, 8455, None)]
    assert len(found) == book["Dữ liệu"].max_row - 1 == 12


def test_any_of_the_three_stands_across_and_months_become_quarters(client, figures):
    signed_in(client, figures.ha)
    page = read(client.get(PAGE, ASKED | {"cot": "don-vi", "chi-so": "fires"}))
    assert "Chỉ số Kỳ Quận 1 Quận 7" in page
    page = read(client.get(PAGE, ASKED | {"theo": "quarter", "chi-so": "fires"}))
    assert "quý 3/2026" in page and "7.321" not in page


def test_restricted_figures_are_named_and_not_shown(client, figures):
    asked = ASKED | {"chi-so": ["fires", "crimes-recorded"]}
    signed_in(client, figures.lan)
    for form in ("", "csv"):
        answer = client.get(PAGE, asked | {"tep": form})
        assert "9644" not in content(answer).decode() and "9.644" not in content(answer).decode()
    name = Indicator.objects.get(code="crimes-recorded").name
    assert f"Không xem được số liệu của: {name}" in read(client.get(PAGE, asked))
    signed_in(client, figures.phuc)
    assert "9.644" in read(client.get(PAGE, asked))


@pytest.mark.parametrize(("wrong", "said"), [
    ({"tu": "hôm qua"}, "không phải là tháng"), ({"tu": "2026-10"}, "Kỳ đầu phải trước"),
    ({"tu": "2015-01"}, "nhiều nhất 60 kỳ")])
def test_what_cannot_be_laid_out_is_said(client, figures, wrong, said):
    signed_in(client, figures.phuc)
    answer = client.get(PAGE, ASKED | wrong)
    assert answer.status_code == 200 and said in read(answer)
    assert client.get(PAGE, {"chi-so": "magic", "don-vi": "magic", "theo": "magic"}).status_code == 200
