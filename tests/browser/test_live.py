"""The link lost and back, with real servers: what the pages say, and that they are current again afterwards."""

import re

import pytest
from playwright.sync_api import expect

from tests.browser import steps
from tests.browser.conftest import PASSWORD

SOCKET = re.compile("/ws/live/")


def follows(page):
    expect(page.locator("[data-link-state]")).to_have_attribute("data-state", "ok")


@pytest.fixture
def operator(open_page):
    return open_page("tongdai")


@pytest.fixture
def overview(open_page, site):
    """The leader's overview of today, its clock in our hand; what earlier tests reported is counted."""

    def opened(before=lambda page: None):
        site.figures()
        page = open_page("lanhdao.tp")
        page.clock.install()
        before(page)
        page.goto("/tong-quan/?ky=1")
        return page

    return opened


def received(page) -> int:
    return int(steps.figure(page, "Tiếp nhận").inner_text().replace(".", ""))


def test_a_server_that_hangs_is_told_and_what_was_missed_arrives(overview, operator, site):
    page = overview()
    follows(page)
    seen = received(page)
    steps.report(operator)
    steps.shows(page, "Tiếp nhận", seen + 1)
    steps.mark(page)
    with site.frozen():
        steps.hold_clock(page)
        expect(page.locator("[data-link-state]")).to_have_attribute("data-state", "lost")
        expect(page.locator("[data-link-bar]")).to_have_text(
            re.compile(r"Mất kết nối từ \d\d:\d\d · đang hiển thị số liệu cũ")
        )
        expect(page.locator("#overview")).to_have_class(re.compile("is-stale"))
        steps.shows(page, "Tiếp nhận", seen + 1)  # the last good picture stays
    page.clock.resume()
    steps.report(operator)
    follows(page)
    steps.shows(page, "Tiếp nhận", seen + 2)
    expect(page.locator("[data-link-bar]")).to_be_hidden()
    expect(page.locator("#overview")).not_to_have_class(re.compile("is-stale"))
    assert steps.is_same(page)


def test_the_piece_comes_with_the_news_and_nobody_asks_for_it(overview, operator):
    page, asked = overview(), []
    follows(page)
    seen = received(page)
    page.on("request", lambda request: asked.append(request.url) if "part=" in request.url else None)
    steps.mark(page)
    steps.report(operator)
    steps.shows(page, "Tiếp nhận", seen + 1)
    steps.report(operator)
    steps.shows(page, "Tiếp nhận", seen + 2)
    assert not asked
    assert steps.is_same(page)


def test_a_wall_survives_a_server_that_dies_and_returns(open_page, operator, site):
    site.figures()  # what earlier tests reported is counted
    wall = open_page.wall("Sảnh lớn")
    wall.clock.install()
    wall.reload()
    follows(wall)
    seen = received(wall)
    steps.mark(wall)
    site.kill_web()
    try:
        wall.clock.fast_forward(16_000)
        expect(wall.locator("[data-link-bar]")).to_contain_text("Mất kết nối")
        expect(wall.locator("#wall-today")).to_have_class(re.compile("is-stale"))
    finally:
        site.start_web()
    steps.report(operator)
    wall.clock.fast_forward(31_000)  # the longest pause before it tries again
    follows(wall)
    wall.clock.fast_forward(5_000)  # within which screens that return ask again
    steps.shows(wall, "Tiếp nhận", seen + 1)
    expect(wall.locator("[data-link-bar]")).to_be_hidden()
    assert steps.is_same(wall)


def test_without_sockets_the_page_asks_by_itself(overview, operator, open_page):
    def without_sockets(page):
        page.route_web_socket(SOCKET, lambda socket: socket.close())
        steps.hold_clock(page)

    page = overview(without_sockets)
    seen = received(page)
    witness = open_page("phantich")
    witness.goto("/tong-quan/?ky=1")
    steps.report(operator)
    steps.shows(witness, "Tiếp nhận", seen + 1)
    steps.shows(page, "Tiếp nhận", seen)
    page.clock.fast_forward(30_000)
    expect(page.locator("[data-link-state]")).to_have_text("Kết nối chậm, cập nhật mỗi 10 giây")
    page.clock.run_for(1_000)  # within which screens ask
    steps.shows(page, "Tiếp nhận", seen + 1)


def test_a_paused_page_holds_still_until_it_may_go_on(overview, operator):
    page = overview()
    follows(page)
    seen = received(page)
    page.get_by_role("button", name="Tạm dừng cập nhật").click()
    steps.report(operator)
    expect(page.locator("[data-updates]")).to_contain_text("thay đổi mới")
    steps.shows(page, "Tiếp nhận", seen)
    page.get_by_role("button", name="Tiếp tục cập nhật").click()
    steps.shows(page, "Tiếp nhận", seen + 1)


def test_a_revoked_screen_goes_dark(open_page):
    wall = open_page.wall("Cho mượn")
    follows(wall)
    keeper = open_page("truongca")
    keeper.goto("/man-hinh/")
    keeper.get_by_role("row", name="Cho mượn").get_by_role("link", name="Thu hồi").click()
    expect(wall.locator(".wall-tile").first).to_be_visible()
    keeper.get_by_role("button", name="Thu hồi").click()
    expect(keeper.locator(".toast")).to_contain_text("Đã thu hồi màn hình")
    expect(wall.locator("h1")).to_contain_text("đã bị thu hồi")
    expect(wall.locator(".wall-tile")).to_have_count(0)


def test_a_wall_is_paired_by_scanning_its_code_with_a_phone(open_page):
    wall = open_page(width=1920, height=1080)
    wall.goto("/wall/")
    wall.get_by_role("button", name="Lấy mã ghép").click()
    code = wall.locator("[data-pairing-code]").inner_text().replace(" ", "")
    expect(wall.locator("svg.qr")).to_be_visible()
    phone = open_page(width=390, height=844)
    phone.goto(f"/man-hinh/#ma={code}")  # what the drawn code says
    phone.fill("[name=username]", "truongca")
    phone.fill("[name=password]", PASSWORD)
    phone.press("[name=password]", "Enter")
    expect(phone.get_by_label("Mã trên màn hình")).to_have_value(code)
    assert "#" not in phone.url
    phone.get_by_label("Tên màn hình").fill("Sảnh nhỏ")
    phone.get_by_role("button", name="Ghép màn hình").click()
    expect(phone.locator(".toast")).to_contain_text("Đã ghép “Sảnh nhỏ”")
    follows(wall)
