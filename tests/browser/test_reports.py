"""Leaders from a red figure to the report; a unit's leader remarks before the release; an analyst replays a rule."""

import re

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import LAST_MONTH

pytestmark = pytest.mark.browser


def test_a_leader_goes_from_what_needs_attention_to_the_figure_and_the_report(open_page):
    page = open_page("lanhdao.tp", width=390, height=844)
    page.goto("/tong-quan/")
    first = page.locator(".attention-words a").first
    expect(first).to_be_visible()
    matters = page.locator(".attention-row").count()
    assert 0 < matters <= 7
    first.click()
    expect(page.locator("h1")).to_be_visible()
    page.goto("/bao-cao/")
    page.get_by_label("Loại báo cáo").select_option("month")
    page.wait_for_url("**/bao-cao/?loai=month**")
    page.get_by_role("link", name="Báo cáo tháng tình hình kinh tế - xã hội").first.click()
    expect(page.locator("#part-indicators")).to_have_text("Kết quả thực hiện các chỉ tiêu")
    with page.expect_download() as saved:
        page.get_by_role("link", name="PDF").click()
    assert saved.value.suggested_filename.endswith(".pdf")
    page.goto("/tong-quan/")
    page.get_by_role("button", name="Đã biết").first.click()
    expect(page.locator(".attention-known summary")).to_have_text("đã biết (1)")


def test_a_units_leader_sees_tomorrows_report_and_says_why(open_page):
    page = open_page("lanhdao.q1")
    page.goto("/bao-cao/")
    page.get_by_role("region", name="Chờ ý kiến").get_by_role("link").first.click()
    expect(page).to_have_url(re.compile(f"/bao-cao/month/quan-1/{LAST_MONTH}/$"))
    words = page.get_by_role("textbox", name="Ý kiến của đơn vị")
    words.fill("Hồ sơ trễ do chuyển đổi hệ thống trong hai ngày đầu tháng.")
    page.get_by_role("button", name="Gửi ý kiến").click()
    expect(page.locator("#remarks")).to_contain_text("chuyển đổi hệ thống")


def test_an_analyst_sees_what_a_rule_would_have_done_and_lets_it_work(open_page):
    page = open_page("phantich")
    page.goto("/canh-bao/")
    page.get_by_role("link", name="Hồ sơ giải quyết đúng hạn dưới 95%").click()
    expect(page.locator("#replay + p")).to_contain_text("Đã báo")
    page.get_by_role("button", name="Cho làm việc").click()
    expect(page.locator(".tools .pill")).to_have_text("đang làm việc")
    page.get_by_role("button", name="Ngừng", exact=True).click()
    expect(page.locator(".tools .pill")).to_have_text("chưa làm việc")
