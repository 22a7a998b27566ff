"""A connected system is told of a call as it comes in, by the site's own worker; an administrator sees what arrives."""

import json
import re
import urllib.request
from urllib.parse import urlencode

import pytest
from playwright.sync_api import expect

from tests.browser import steps
from tests.browser.test_axe import SIZES, violations
from tests.hooks.conftest import Receiver, is_signed
from tests.patience import wait_for


def ask(site, path, body, kind, **headers):
    request = urllib.request.Request(f"{site.address}/api/v1/{path}", body.encode(),
                                     {"Content-Type": kind, **headers}, method="POST")
    with urllib.request.urlopen(request) as answer:
        return json.load(answer)


@pytest.fixture(scope="module")
def hooked(site):
    """A receiver, its hook and the number of its client: of the city, so that it hears of every call."""
    receiver = Receiver()
    made = json.loads(site.manage("create_client", "Cổng dịch vụ công", "--all-units", "--scopes",
                                  "tickets:read hooks:write", "--json"))
    secrets = {name: made[name] for name in ("client_id", "client_secret")}
    form = urlencode({"grant_type": "client_credentials"} | secrets)
    token = ask(site, "token/", form, "application/x-www-form-urlencoded")["access_token"]
    wanted = json.dumps({"url": receiver.url, "verbs": ["open", "accept"]})
    receiver.hook = ask(site, "hooks/", wanted, "application/json", Authorization=f"Bearer {token}")
    yield receiver
    receiver.close()


def opened(keeper, name="Cổng dịch vụ công"):
    """The page of its webhooks, by the way that people go."""
    keeper.goto("/ket-noi/")
    keeper.get_by_role("link", name=name).click()
    keeper.get_by_role("link", name="Webhook").click()
    expect(keeper.locator("h1")).to_have_text("Webhook")


def test_a_call_is_told_at_once_and_what_fails_is_sent_again(open_page, hooked):
    code = steps.report(open_page("tongdai"))
    found = wait_for(lambda: [m for m in hooked.got if m.data["ticket"]["code"] == code])
    assert found[0].type == "ticket.open" and is_signed(found[0], hooked.hook["secret"])

    hooked.answer = 500
    failed = steps.report(open_page("tongdai"))
    wait_for(lambda: [m for m in hooked.got if m.data["ticket"]["code"] == failed])
    keeper = open_page("quantri")
    opened(keeper)
    row = keeper.locator("tbody tr").first
    expect(row).to_contain_text(re.compile("HTTP 500|chờ gửi"))
    hooked.answer = 200
    row.get_by_role("button", name=re.compile("Gửi lại")).click()
    expect(keeper.locator(".toast")).to_contain_text("Đang gửi lại 1 thông báo")
    wait_for(lambda: len([m for m in hooked.got if m.data["ticket"]["code"] == failed]) >= 2)


def test_it_is_switched_off_and_on(open_page, hooked):
    keeper = open_page("quantri")
    opened(keeper)
    keeper.get_by_role("button", name="Tắt", exact=True).click()
    expect(keeper.locator(".toast")).to_contain_text("Đã tắt webhook")
    expect(keeper.locator("main")).to_contain_text("quản trị viên tắt")
    keeper.get_by_role("button", name="Bật lại").click()
    expect(keeper.get_by_role("button", name="Tắt", exact=True)).to_be_visible()


def test_its_secret_is_changed_and_shown_once(open_page, hooked):
    keeper = open_page("quantri")
    opened(keeper)
    keeper.get_by_role("button", name="Đổi khóa").click()
    secret = keeper.locator("[data-secret]").inner_text()
    expect(keeper.locator("#fresh-secret")).to_contain_text("chỉ hiện lần này")
    expect(keeper.locator("main")).to_contain_text("cả khóa cũ và khóa mới")
    code = steps.report(open_page("tongdai"))
    found = wait_for(lambda: [m for m in hooked.got if m.data["ticket"]["code"] == code])
    assert is_signed(found[0], secret) and is_signed(found[0], hooked.hook["secret"])
    opened(keeper)
    expect(keeper.locator("[data-secret]")).to_have_count(0)


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_the_page_is_clean_and_fits_a_phone(open_page, hooked, theme):
    keeper = open_page("quantri", theme=theme, bypass_csp=True, reduced_motion="reduce")
    opened(keeper)
    for width, height in SIZES.values():
        keeper.set_viewport_size({"width": width, "height": height})
        assert not violations(keeper)
        assert keeper.evaluate("document.documentElement.scrollWidth") <= width
