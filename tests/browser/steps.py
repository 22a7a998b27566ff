"""What people do on the pages, in their words; used by several tests."""

import re
from datetime import timedelta
from uuid import uuid4

from django.utils import timezone
from playwright.sync_api import expect

QUIET = 500  # ms without a key, after which the console asks


def last_month() -> str:
    """As addresses of sheets name it: 2026-10."""
    return f"{timezone.localdate().replace(day=1) - timedelta(days=1):%Y-%m}"


def figure(page, label):
    """The number of a tile on an overview or unit screen, or on the wall."""
    tile = page.locator(".tile, .wall-tile").filter(has=page.locator(".tile-label, .wall-label", has_text=label))
    return tile.locator(".tile-value, .wall-value").first


def shows(page, label, number):
    expect(figure(page, label)).to_have_text(dotted(number))


def dotted(number: int) -> str:
    return f"{number:,}".replace(",", ".")


def mark(page):
    """From here on the page must not load anew; see `is_same`."""
    page.evaluate("document.documentElement.dataset.seen = 'yes'")


def is_same(page) -> bool:
    return page.evaluate("document.documentElement.dataset.seen") == "yes"


def hold_clock(page):
    """The clock of a page that has one of ours jumps ahead by half a minute and stands still there."""
    page.clock.pause_at(page.evaluate("Date.now() / 1000") + 30)


def call_by_keyboard(page, *, phone, name, body, place):
    """An operator's ticket on an empty console, typed without a mouse; returns its code. The page's clock is held: what
    it asks when the typing rests it asks once, for all that was typed."""
    keys = page.keyboard
    expect(page.get_by_label("Điện thoại")).to_be_focused()
    keys.type(phone)
    keys.press("Enter")
    keys.type(name)
    keys.press("Enter")
    keys.press("Enter")  # past "hide the name"
    expect(page.get_by_label("Nội dung")).to_be_focused()
    keys.type(body)
    keys.press("Tab")
    page.clock.run_for(QUIET)
    expect(page.locator("#suggestions .chip").first).to_be_visible()
    keys.press("ArrowDown")
    keys.press("Enter")  # the suggested category
    expect(page.locator("#id_address")).to_be_focused()
    keys.type(place)
    page.clock.run_for(QUIET)
    expect(page.locator("#place-options [role=option]").first).to_be_visible()
    keys.press("ArrowDown")
    keys.press("Enter")
    expect(page.locator("#routing")).to_contain_text("Chuyển đến")
    keys.press("Control+Enter")
    return re.sub(r"\s", "", page.locator(".receipt-code").inner_text())


def report(operator, body="Hàng xóm hát karaoke bằng loa kéo rất ồn", district="Quận 1") -> str:
    """A report that the operator whose page this is sends as the console's form does; returns its code."""
    operator.goto("/tiep-nhan/?new=1")
    token = operator.locator("meta[name=csrf-token]").get_attribute("content")
    headers = {"X-CSRFToken": token, "Referer": operator.url, "HX-Request": "true"}
    help_ = operator.request.post("/tiep-nhan/tro-giup/", form={"body": body}, headers=headers).text()
    given = {
        "body": body,
        "phone": "0903 111 222",
        "category": re.search(r'data-category="(\d+)"', help_)[1],
        "area": operator.locator("#id_area option", has_text=re.compile(rf"^{district}$")).get_attribute("value"),
        "address": "22 Lê Lợi",
        "channel": operator.locator("#id_channel").input_value(),
        "request_id": str(uuid4()),
    }
    answer = operator.request.post("/tiep-nhan/", form=given, headers=headers)
    assert answer.status == 204, answer.text()
    return answer.headers["hx-redirect"].partition("saved=")[2]


def move(page, label):
    """Press the button of a move."""
    page.locator(".ticket-actions").get_by_role("button", name=label).or_(
        page.locator(".ticket-actions").get_by_role("link", name=label)
    ).first.click()
