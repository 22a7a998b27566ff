"""What leaders and analysts do with figures: choose days, narrow, keep, take away."""

import re
from xml.etree import ElementTree

import openpyxl
import pytest
from playwright.sync_api import expect

SVG = "{http://www.w3.org/2000/svg}"


@pytest.fixture
def leader(open_page):
    return open_page("lanhdao.tp")


def choose_period(page, name):
    page.locator(".period summary").click()
    page.locator(".period-choices").get_by_role("link", name=name).click()


def test_a_leader_looks_at_last_month_against_the_year_before(leader):
    leader.goto("/tong-quan/")
    choose_period(leader, "Tháng trước")
    expect(leader).to_have_url(re.compile(r"ky=thang-truoc"))
    expect(leader.locator(".period summary")).to_contain_text(re.compile(r"Tháng \d+/\d{4}"))
    expect(leader.locator(".situation")).to_contain_text(re.compile(r"Tháng \d+/\d{4} tiếp nhận"))
    leader.locator(".period summary").click()
    leader.get_by_role("link", name="Cùng kỳ năm trước").click()
    expect(leader).to_have_url(re.compile(r"ky=thang-truoc&so=nam"))
    expect(leader.locator(".situation")).to_contain_text("cùng kỳ năm trước")
    expect(leader.get_by_role("columnheader", name="Cùng kỳ năm trước").first).to_be_visible()


def test_a_leader_asks_for_flooding_in_one_district_in_the_last_month(leader):
    leader.goto("/phan-anh/")
    filters = leader.get_by_role("search", name="Lọc danh sách")
    filters.get_by_label("Từ trong nội dung, mã").fill("ngap nuoc")
    filters.get_by_label("Địa bàn").select_option(label="Quận 1")
    filters.get_by_text("Thêm bộ lọc").click()
    filters.get_by_label("Tiếp nhận: Từ ngày").fill("2026-01-01")
    filters.get_by_role("button", name="Lọc", exact=True).click()
    chips = leader.get_by_role("list", name="Đang lọc")
    expect(chips).to_contain_text("ngap nuoc")
    expect(chips).to_contain_text("Quận 1")
    expect(chips).to_contain_text("từ 01/01/2026")
    expect(leader.locator("#list-count")).to_have_text(re.compile(r"\d"))


def test_a_leader_takes_a_chart_to_a_document(leader, tmp_path):
    leader.goto("/tong-quan/?ky=30")
    chart = leader.locator(".figure-box").first
    chart.hover()
    with leader.expect_download() as saved:
        chart.get_by_role("button", name="Tải hình (SVG)").click()
    file = tmp_path / "chart.svg"
    saved.value.save_as(file)
    assert saved.value.suggested_filename == "Tiếp nhận và xử lý theo ngày.svg"
    text = file.read_text(encoding="utf-8")
    assert "var(" not in text and "class=" not in text and "href" not in text
    drawn = ElementTree.fromstring(text)  # noqa: S314 - our own
    words = [part.text for part in drawn.iter(f"{SVG}text")]
    assert "Tiếp nhận và xử lý theo ngày" in words and "Tiếp nhận" in words
    lines = [part for part in drawn.iter(f"{SVG}path") if part.get("stroke", "none") != "none"]
    assert {line.get("stroke") for line in lines} == {"rgb(11, 92, 173)", "rgb(27, 158, 119)"}  # as on paper


def test_a_map_in_the_dark_is_saved_in_the_colours_of_paper(open_page, tmp_path):
    leader = open_page("lanhdao.tp")
    leader.goto("/tong-quan/?ky=30")
    leader.evaluate("document.documentElement.dataset.theme = 'dark'")
    leader.locator(".unit-map").hover()
    with leader.expect_download() as saved:
        leader.locator(".unit-map").get_by_role("button", name="Tải hình (SVG)").click()
    file = tmp_path / "map.svg"
    saved.value.save_as(file)
    drawn = ElementTree.fromstring(file.read_text(encoding="utf-8"))  # noqa: S314
    fills = {part.get("fill") for part in drawn.iter(f"{SVG}rect")}
    assert fills & {"rgb(225, 237, 249)", "rgb(169, 204, 236)", "rgb(100, 161, 216)", "rgb(233, 238, 244)"}


def test_a_leader_takes_the_tables_of_a_screen_to_a_meeting(leader, tmp_path):
    leader.goto("/tong-quan/linh-vuc/?ky=quy-truoc")
    leader.get_by_text("Tải về").click()
    with leader.expect_download() as saved:
        leader.get_by_role("link", name="Các bảng số liệu (Excel)").click()
    file = tmp_path / "tables.xlsx"
    saved.value.save_as(file)
    book = openpyxl.load_workbook(file)
    assert book.sheetnames == ["Thông tin", "Đúng hạn", "Đến hạn"]
    assert "Quý" in {row[0]: row[1] for row in book["Thông tin"].values}["Kỳ"]


def test_a_list_is_kept_under_a_name_and_found_in_the_inbox(open_page):
    lead = open_page("lanhdao.q1")
    lead.goto("/phan-anh/?late=late")
    lead.get_by_text("Lưu mục", exact=True).click()
    lead.get_by_label("Tên của danh sách đang xem").fill("Trễ của quận")
    lead.get_by_label(re.compile("Cho mọi người ở")).check()
    lead.get_by_role("button", name="Lưu", exact=True).click()
    expect(lead.get_by_text("Đã lưu mục “Trễ của quận”.")).to_be_visible()
    staff = open_page("canbo.q1")
    staff.goto("/viec/")
    kept = staff.get_by_role("navigation", name="Mục đã lưu").get_by_role("link", name=re.compile("Trễ của quận"))
    expect(kept.locator(".count")).to_have_text(re.compile(r"\d"))
    count = kept.locator(".count").inner_text()
    kept.click()
    expect(staff).to_have_url(re.compile(r"/phan-anh/\?late=late"))
    expect(staff.locator("#list-count")).to_contain_text(count)
    lead.get_by_text("Lưu mục", exact=True).click()
    lead.get_by_role("button", name="Xóa", exact=True).click()
    expect(lead.get_by_text("Đã xóa mục.")).to_be_visible()


def test_a_page_on_paper_says_where_it_is_from_and_leaves_out_what_only_screens_do(leader):
    leader.goto("/phan-anh/?state=open")
    expect(leader.locator(".printed")).to_be_hidden()
    leader.emulate_media(media="print")
    expect(leader.locator(".printed")).to_contain_text("Trung tâm điều hành TP.HCM")
    expect(leader.locator(".printed time")).to_have_text(re.compile(r"^\d{2}:\d{2} \d{2}/\d{2}/\d{4}$"))
    for gone in (".bar", ".list-filters", ".tools", ".foot", ".save-chart"):
        for part in leader.locator(gone).all():
            expect(part).to_be_hidden()
    expect(leader.locator(".list-table thead").first).to_be_visible()
    leader.goto("/tong-quan/linh-vuc/?ky=365")
    leader.emulate_media(media="print")
    dark = leader.locator(".matrix .heat.q5 a").first
    if dark.count():
        assert dark.evaluate("a => getComputedStyle(a).color") == "rgb(255, 255, 255)"


def test_on_a_phone_a_leader_sees_first_what_needs_attention(open_page):
    leader = open_page("lanhdao.tp", width=390, height=844, has_touch=True)
    leader.goto("/tong-quan/")
    late = leader.locator(".card", has_text="Quá hạn lâu nhất").bounding_box()
    chart = leader.locator(".card", has_text="Tiếp nhận và xử lý theo ngày").first.bounding_box()
    assert late["y"] < chart["y"]


def test_a_list_too_long_to_wait_for_is_written_in_the_background(open_page, tmp_path, site):
    """The site's city is small, so the order is given as the offer's button gives it."""
    leader = open_page("lanhdao.tp")
    leader.goto("/phan-anh/tep/?lap=1&state=done")
    expect(leader.get_by_role("heading", name=re.compile(r"Danh sách này có [\d.]+ dòng"))).to_be_visible()
    leader.get_by_role("button", name="Lập tệp Excel").click()
    ready = leader.locator("#list-files").get_by_role("link", name=re.compile("Tải về")).first
    expect(ready).to_be_visible(timeout=90_000)  # the page asks by itself
    with leader.expect_download() as saved:
        ready.click()
    file = tmp_path / "list.xlsx"
    saved.value.save_as(file)
    rows = list(openpyxl.load_workbook(file, read_only=True)["Danh sách"].values)
    leader.goto("/phan-anh/?state=done")
    expect(leader.locator("#list-count")).to_have_text(f"{len(rows) - 1:,}".replace(",", "."))
