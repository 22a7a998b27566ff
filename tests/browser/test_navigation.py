"""The way through the site: at most five entries at a phone's foot, none broken; crumbs that say what menus say."""

import re

import pytest
from playwright.sync_api import expect

from tests.browser import steps

EVERYBODY = ["tongdai", "truongca", "canbo.q1", "lanhdao.q1", "canbo.htkt", "lanhdao.tp", "phantich", "quantri"]


def foot(page):
    return page.get_by_role("navigation", name="Điều hướng chính")


@pytest.mark.parametrize("name", EVERYBODY)
def test_the_foot_of_a_phone_holds_five_entries_of_one_line(open_page, name):
    page = open_page(name, width=390, height=844, has_touch=True)
    page.goto("/tai-khoan/")
    for language in ("Tiếng Việt", "English"):
        with page.expect_navigation():  # one is pressed already, also on the page that goes
            page.locator(".card").get_by_role("button", name=language).click()
        expect(page.locator(".card").get_by_role("button", name=language)).to_have_attribute("aria-pressed", "true")
        for width in (390, 360):
            page.set_viewport_size({"width": width, "height": 844})
            entries = [entry for entry in page.locator(".nav > *").all() if entry.is_visible()]
            assert 1 <= len(entries) <= 5
            for entry in entries:
                word = entry.locator("span:visible")
                one = word.evaluate("e => e.offsetHeight < 1.6 * parseFloat(getComputedStyle(e).lineHeight)")
                assert one, f"{word.inner_text()} is broken at {width} px"
                assert entry.bounding_box()["width"] >= 44
    page.locator(".card").get_by_role("button", name="Tiếng Việt").click()


def test_the_rest_is_behind_more(open_page):
    page = open_page("truongca", width=390, height=844, has_touch=True)
    page.goto("/viec/")
    more = foot(page).get_by_role("button", name="Thêm")
    expect(foot(page).get_by_role("link", name="Màn hình tường")).to_be_hidden()
    more.tap()
    rest = page.get_by_role("navigation", name="Mục khác").get_by_role("link")
    words = ("Đơn vị", "Phản ánh", "Dữ liệu", "Báo cáo", "Màn hình tường")
    expect(rest).to_have_text([re.compile(word) for word in words])
    box = rest.last.bounding_box()
    assert box["y"] + box["height"] < more.bounding_box()["y"], "just above the thumb"
    rest.last.tap()
    page.wait_for_url("**/man-hinh/")
    expect(more).to_have_attribute("aria-current", "true")


def test_a_desk_shows_every_entry(open_page):
    page = open_page("truongca")
    page.goto("/viec/")
    expect(foot(page).get_by_role("link")).to_have_count(9)
    expect(foot(page).get_by_role("button")).to_be_hidden()


def menus(page) -> dict[str, str]:
    """Word → address of everything that the navigation and the account's menu offer."""
    links = page.locator(".nav a, .popover a")
    return dict(links.evaluate_all("found => found.map(a => [a.textContent.trim().split('\\n')[0], a.pathname])"))


@pytest.mark.parametrize(("name", "address"), [
    ("lanhdao.tp", "/tong-quan/linh-vuc/"), ("canbo.q1", "/tai-khoan/mat-khau/"),
    ("lanhdao.tp", "/phan-anh/tep/"), ("quantri", "/admin/districts/unit/"), ("quantri", "/admin/districts/unit/add/"),
])
def test_crumbs_begin_in_a_menu_and_end_here(open_page, name, address):
    page = open_page(name)
    page.goto(address)
    crumbs = page.get_by_role("navigation", name="Đường dẫn").locator("li")
    first = crumbs.first.locator("a")
    assert menus(page)[first.inner_text()] == first.evaluate("a => a.pathname")
    expect(crumbs.last).to_have_attribute("aria-current", "page")
    expect(page.locator("h1")).to_have_text(crumbs.last.inner_text())
    first.click()
    page.wait_for_url(lambda url: address not in url)
    expect(page.locator("h1")).to_be_attached()


def test_whoever_has_no_inbox_goes_back_to_the_list(open_page):
    code = steps.report(open_page("tongdai"))
    page = open_page("phantich")
    page.goto(f"/vu/{code}/")
    page.locator(".ticket-code").get_by_role("link", name="Phản ánh").click()
    page.wait_for_url("**/phan-anh/**")
    page.go_back()
    expect(foot(page).get_by_role("link", name="Phản ánh")).to_have_attribute("aria-current", "page")
    unit = open_page("canbo.q1")
    unit.goto(f"/vu/{code}/")
    unit.locator(".ticket-code").get_by_role("link", name="Hộp việc").click()
    unit.wait_for_url("**/viec/**")


def test_a_move_s_own_page_says_where_it_is(open_page):
    code = steps.report(open_page("tongdai"))
    page = open_page("canbo.q1")
    page.goto(f"/vu/{code}/accept/")
    crumbs = page.get_by_role("navigation", name="Đường dẫn").locator("li")
    expect(crumbs).to_have_count(3)
    expect(crumbs.first).to_have_text("Hộp việc")
    expect(crumbs.last).to_have_attribute("aria-current", "page")
    crumbs.nth(1).locator("a").click()
    page.wait_for_url(f"**/vu/{code}/")
