"""An administrator reads the description of the API and tries it with their own rights."""

import re

from playwright.sync_api import expect


def test_the_api_is_tried_on_its_page(open_page):
    page = open_page("quantri")
    page.goto("/quan-tri/")
    page.get_by_role("link", name="Hệ thống kết nối").click()
    page.get_by_role("link", name="Mô tả API").click()
    block = page.locator("#operations-catalogue-listChannels")
    block.locator(".opblock-summary-control").click()
    block.get_by_role("button", name="Try it out").click()
    block.get_by_role("button", name="Execute").click()
    expect(block.locator(".live-responses-table").get_by_role("cell", name="200", exact=True)).to_be_visible()
    expect(block.locator(".live-responses-table")).to_contain_text("phone")


def test_a_system_is_connected_and_its_secret_is_shown_once(open_page):
    page = open_page("quantri")
    page.goto("/ket-noi/")
    page.get_by_label("Tên hệ thống").fill("Ứng dụng Công dân số")
    page.get_by_label("Đơn vị", exact=True).select_option(label="Quận 1")
    page.get_by_label("Đọc số liệu 1022").check()
    page.get_by_role("button", name="Thêm", exact=True).click()
    expect(page.locator("[data-secret]")).to_have_text(re.compile(r"^[\w-]{43}$"))
    page.goto("/ket-noi/")
    expect(page.locator("[data-secret]")).to_have_count(0)
    row = page.get_by_role("row").filter(has_text="Ứng dụng Công dân số")
    row.get_by_role("button", name="Thu hồi").click()
    expect(row.get_by_text("đã thu hồi")).to_be_visible()
