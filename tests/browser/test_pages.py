"""What every page owes its reader: the other language, a back button, a phone's width, and the guards that watch it."""

import re

import pytest
from playwright.sync_api import expect

from tests import chromium
from tests.browser import steps
from tests.browser.guard import Guard

PAGES = {
    "sign-in": ("", "/dang-nhap/"),
    "overview": ("lanhdao.tp", "/tong-quan/"),
    "unit": ("lanhdao.q1", "/don-vi/quan-1/"),
    "list": ("lanhdao.tp", "/so-lieu/quan-1/received/?ky=30"),
    "inbox": ("canbo.q1", "/viec/?view=all"),
    "ticket": ("canbo.q1", "/vu/{ticket}/"),
    "intake": ("tongdai", "/tiep-nhan/?new=1"),
    "search": ("tongdai", "/phan-anh/?q=karaoke"),
    "everything": ("canbo.q1", "/phan-anh/?per=result&late=late&urgency=x"),
    "matrix": ("lanhdao.tp", "/tong-quan/linh-vuc/"),
    "units": ("lanhdao.tp", "/don-vi/"),
    "screens": ("truongca", "/man-hinh/"),
    "pulls": ("phantich", "/du-lieu/nguon/"),
    "sign-ins": ("quantri", "/quan-tri/dang-nhap/"),
    "readings": ("quantri", "/quan-tri/du-lieu/"),
    "account": ("canbo.q1", "/tai-khoan/"),
}
PHONE, SMALLEST = 390, 320


@pytest.fixture(scope="module")
def ticket(chrome, signed_in, site):
    """The code of a ticket of District 1, for the pages that show one."""
    context = chromium.device(chrome, site.address, storage_state=signed_in("tongdai"))
    yield steps.report(context.new_page())
    context.close()


@pytest.mark.parametrize("name", PAGES)
def test_a_phone_shows_the_whole_width(open_page, ticket, name):
    username, address = PAGES[name]
    page = open_page(username, width=PHONE, height=844, has_touch=True)
    page.goto(address.format(ticket=ticket))
    expect(page.locator("h1")).to_be_attached()
    for width in (PHONE, SMALLEST):
        page.set_viewport_size({"width": width, "height": 844})
        wide = page.evaluate("document.documentElement.scrollWidth")
        assert wide <= width, f"{name} is {wide} px wide on a screen of {width} px"


def test_a_phone_is_led_by_the_bar_at_its_foot(open_page):
    page = open_page("lanhdao.q1", width=PHONE, height=844, has_touch=True)
    page.goto("/don-vi/quan-1/")
    entries = page.get_by_role("navigation", name="Điều hướng chính").get_by_role("link")
    for entry in entries.all():
        box = entry.bounding_box()
        assert box["height"] >= 44 and box["width"] >= 44
        assert box["y"] >= 844 - 64 and box["y"] + box["height"] <= 844
    entries.filter(has_text="Hộp việc").tap()
    page.wait_for_url(re.compile("/viec/"))
    last = page.locator(".foot")
    last.scroll_into_view_if_needed()
    assert last.bounding_box()["y"] + last.bounding_box()["height"] <= entries.first.bounding_box()["y"]


def test_the_language_is_switched_and_kept(open_page):
    page = open_page("phantich")
    page.goto("/tong-quan/?ky=7")
    expect(page.locator("h1")).to_have_text("Tổng quan thành phố")
    page.locator(".who").click()
    page.get_by_role("button", name="English").click()
    expect(page.locator("html")).to_have_attribute("lang", "en")
    expect(page.locator("h1")).to_have_text("City overview")
    expect(page).to_have_url(re.compile(r"/tong-quan/\?ky=7$"))
    page.get_by_role("link", name="Unit", exact=True).click()
    expect(page.locator("html")).to_have_attribute("lang", "en")
    page.locator(".who").click()
    page.get_by_role("button", name="Tiếng Việt").click()
    expect(page.locator("html")).to_have_attribute("lang", "vi")


def test_the_back_button_returns_to_whole_pages(open_page, ticket):
    page = open_page("canbo.q1")
    page.goto("/viec/?view=all")
    expect(page.locator("[data-link-state]")).to_have_attribute("data-state", "ok")
    steps.report(open_page("tongdai"))
    with page.expect_response(re.compile("part=rows")):  # a piece of this page was asked for
        page.locator("[data-updates-apply]").click()
    page.locator(".inbox-table .row-link").first.click()
    expect(page.locator("#ticket-head")).to_be_visible()
    steps.move(page, "Phân công")  # the piece has the address of a page
    expect(page.locator("dialog[open] select")).to_be_visible()
    page.goto(f"/vu/{ticket}/assign/")
    expect(page.locator("header.bar")).to_be_visible()
    page.go_back()
    expect(page.locator("header.bar")).to_be_visible()
    expect(page.locator("#ticket-head")).to_be_visible()
    expect(page.locator("dialog[open]")).to_have_count(0)
    page.go_back()
    expect(page.locator("header.bar")).to_be_visible()
    expect(page.locator(".inbox-table")).to_be_visible()
    page.go_forward()
    expect(page.locator("#ticket-head")).to_be_visible()


def test_a_period_is_a_place_to_come_back_to(open_page):
    page = open_page("lanhdao.tp")
    page.goto("/tong-quan/")
    page.get_by_role("link", name="7 ngày", exact=True).click()
    steps.figure(page, "Tiếp nhận").click()
    expect(page.locator("[data-figure]")).to_be_visible()
    page.go_back()
    expect(page.get_by_role("link", name="7 ngày", exact=True)).to_have_attribute("aria-current", "true")
    expect(page.locator("header.bar")).to_be_visible()


@pytest.fixture
def watched(chrome, site):
    """A page of the site and the guard that watches it alone, for tests that break its rules on purpose."""
    context = chromium.device(chrome, site.address)
    page, guard = context.new_page(), Guard(site.address)
    guard.watch(page)
    page.goto("/dang-nhap/")
    assert guard.wrong == []
    yield page, guard
    context.close()


@pytest.mark.parametrize(
    ("deed", "told"),
    [
        ("document.body.setAttribute('style', 'color: red')", "style"),
        ("document.body.append(Object.assign(document.createElement('script'), {textContent: '1'}))", "script"),
        ("document.body.append(Object.assign(new Image(), {src: 'http://127.0.0.1:9/x.png'}))", "img-src"),
        ("fetch('http://127.0.0.1:9/').catch(() => 0)", "connect-src"),
        ("setTimeout(() => { throw new Error('oops') }, 0)", "script error: oops"),
    ],
)
def test_the_guard_sees_what_it_forbids(watched, deed, told):
    page, guard = watched
    with page.expect_event("pageerror" if "throw" in deed else "console"):
        page.evaluate(f"() => {{ {deed} }}")
    assert any(told in wrong for wrong in guard.wrong), guard.wrong


def test_the_guard_sees_requests_that_leave_the_site(watched):
    page, guard = watched
    page.goto("about:blank")  # where no policy stands in the way
    with page.expect_request("http://127.0.0.1:9/x.png"):
        page.set_content("<img src='http://127.0.0.1:9/x.png'>")
    assert guard.wrong == ["request off the site: http://127.0.0.1:9/x.png"]
