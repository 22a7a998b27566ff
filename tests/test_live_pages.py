"""The live contract in a real browser, with the clock and the socket in our hand: what a region does when it should not
move, when hints are lost, when the link is gone, and what the page says about it."""

import json
import mimetypes
import re
from datetime import datetime, timedelta
from types import SimpleNamespace

import pytest
from django.conf import settings
from django.contrib.staticfiles import finders
from django.template import engines
from django.test import RequestFactory
from playwright.sync_api import expect

from coordination.incidents import levels
from tests import chromium
from tests.patience import wait_for

pytestmark = pytest.mark.browser
SITE = "http://ioc.test"
POLICY = "script-src 'self'; style-src 'self'; object-src 'none'; base-uri 'self'"
PAGE = """{% extends "base.html" %}{% block main %}<h1>Trang</h1>
<input id="outside"><section id="a" data-topic="city unit:42" data-version="5 1" hx-get="/region?a" hx-trigger="live"
 hx-swap="morph:outerHTML"><p id="told">v5</p><input id="field"><details class="menu"><summary>m</summary>x</details>
 <input type="checkbox" data-select id="pick"></section>
<ul><li data-row><a class="row-link" href="#one">một</a></li>
<li data-row><a class="row-link" href="#two">hai</a></li></ul>
<form id="form" method="post" action="/post"><input type="hidden" name="request_id" id="rid"><input name="x">
<button>Gửi</button></form>
{% endblock %}"""


@pytest.fixture(scope="module")
def browser():
    with chromium.running() as found:
        yield found


class Live:
    """A page on our base template, whose server and socket are this object."""

    def __init__(self, page):
        self.page, self.asked, self.posted, self.sockets, self.version, self.fails = page, [], 0, [], 5, False
        self.hangs = False
        self.beats, self.clock = 0, datetime.fromisoformat("2026-11-23T14:32:05+07:00")  # the server's own
        self.violations = []
        page.on("console", lambda m: self.violations.append(m.text) if "Content Security Policy" in m.text else None)
        page.clock.install(time="2026-11-23T14:00:00+07:00")
        page.clock.pause_at("2026-11-23T14:32:05+07:00")  # from here on time passes only by `after`
        page.route(f"{SITE}/**", self.serve)
        page.route_web_socket(re.compile("/ws/live/"), self.connect)
        page.goto(f"{SITE}/")

    def serve(self, route):
        path = route.request.url.removeprefix(SITE).partition("?")[0]
        if path == "/":
            return route.fulfill(body=render(), content_type="text/html", headers={"Content-Security-Policy": POLICY})
        if path == "/region":
            self.asked.append(self.version)
            if self.hangs:
                return None
            if self.fails:
                return route.fulfill(status=503, body="")
            return route.fulfill(body=region(self.version), content_type="text/html; charset=utf-8")
        if path == "/nhip-tim/":
            self.beats += 1
            if self.fails:
                return route.abort()
            return route.fulfill(json=self.heartbeat())
        if path == "/post":
            self.posted += 1
            return route.fulfill(status=204)  # the page stays, as under a slow server
        file = finders.find(path.removeprefix("/static/"))
        if not file:
            return route.fulfill(status=404)
        return route.fulfill(path=file, content_type=mimetypes.guess_type(file)[0])

    def connect(self, socket):
        self.sockets.append(socket)

    def beat(self, **told):
        """A heartbeat that says city stands at our version."""
        self.send(self.heartbeat(**told))

    def heartbeat(self, **told):
        versions = {"city": self.version, "unit:42": 1}
        return {"t": "hb", "now": self.clock.isoformat(), "versions": versions, "lag": 0, "tick": 0,
                "build": settings.BUILD_ID} | told

    def hint(self, version):
        self.version = version
        self.send({"t": "hint", "topic": "city", "v": version})

    def send(self, message):
        self.sockets[-1].send(json.dumps(message))

    def after(self, seconds, settled=True):
        """Let time pass, in steps after which what was asked for on the way has arrived."""
        for step in [5] * (seconds // 5) + [seconds % 5]:
            self.clock += timedelta(seconds=step)
            self.page.clock.run_for(step * 1000)
            if settled:
                expect(self.page.locator(".htmx-request")).to_have_count(0)

    def until(self, condition):
        """Wait for what the page does to its server or socket."""
        wait_for(lambda: self.page.wait_for_timeout(10) or condition())

    def says(self, words):
        expect(self.page.locator("[data-link-state]")).to_have_text(words)

    def shows(self, version):
        expect(self.page.locator("#told")).to_have_text(f"v{version}")


def region(version):
    body = re.search(r"<section.*?</section>", PAGE, re.S).group()
    return body.replace('data-version="5 1"', f'data-version="{version} 1"').replace("v5", f"v{version}")


def render():
    request = RequestFactory().get("/")
    person = SimpleNamespace(
        is_authenticated=True, role="", membership=None, get_full_name=lambda: "Lan", get_short_name=lambda: "Lan"
    )
    request.user, request.LANGUAGE_CODE = person, "vi"
    return engines["jinja2"].from_string(PAGE).render({"live_topics": "city,unit:42"}, request)


@pytest.fixture
def live(browser, monkeypatch):
    monkeypatch.setattr(levels, "_shown", lambda: None)  # no city is behind this page
    context = chromium.device(browser, SITE)
    found = Live(context.new_page())
    expect(found.page.locator("#told")).to_have_text("v5")
    found.until(lambda: found.sockets)
    found.after(1)
    yield found
    assert found.violations == []
    context.close()


def settled(live, times):
    """The region was asked `times` times in all, and stays so for twelve seconds."""
    live.after(13)
    assert len(live.asked) == times


def test_a_hint_is_followed_once(live):
    live.beat()
    live.says("Trực tuyến")
    live.hint(6)
    live.after(1)
    live.shows(6)
    live.send({"t": "hint", "topic": "city", "v": 6})
    settled(live, 1)


def test_a_lost_hint_heals_by_the_heartbeat(live):
    live.beat()
    live.version = 9
    live.beat()
    live.after(1)
    live.shows(9)
    settled(live, 1)


def test_a_failed_answer_is_hatched_and_asked_again(live):
    live.beat()
    live.fails = True
    live.hint(6)
    live.after(1)
    expect(live.page.locator("#a")).to_have_class(re.compile("is-stale"))
    live.fails = False
    live.beat()
    live.after(1)
    live.shows(6)
    expect(live.page.locator("#a")).not_to_have_class(re.compile("is-stale"))


@pytest.mark.parametrize("hand", ["writing", "menu", "chosen row", "pause"])
def test_nothing_moves_under_a_person_s_hands(live, hand):
    page = live.page
    live.beat()
    {
        "writing": lambda: page.fill("#field", "đang gõ"),
        "menu": lambda: page.click("#a summary"),
        "chosen row": lambda: page.check("#pick"),
        "pause": lambda: page.click("[data-pause]"),
    }[hand]()
    live.hint(8)
    live.after(1)
    expect(page.locator("[data-updates]")).to_contain_text("3 thay đổi mới")
    live.shows(5)
    page.click("[data-updates-apply]")
    live.shows(8)
    expect(page.locator("[data-updates]")).to_be_hidden()
    if hand == "writing":
        expect(page.locator("#field")).to_have_value("đang gõ")


STALE = re.compile("is-stale")


def test_a_socket_that_says_nothing_is_helped_by_asking(live):
    live.beat()
    live.version = 6
    live.after(14)
    assert live.beats
    live.until(lambda: live.page.locator("#told").inner_text() == "v6" or live.page.clock.run_for(300))
    live.after(20)
    live.says("Kết nối chậm, cập nhật mỗi 10 giây")
    expect(live.page.locator("#a")).not_to_have_class(STALE)


@pytest.mark.parametrize("ends", ["silent", "closed"])
def test_a_lost_link_is_said_within_fifteen_seconds_and_comes_back(live, ends):
    live.beat()
    live.fails = True
    if ends == "closed":
        live.sockets[-1].close()
    live.after(14)
    expect(live.page.locator("#a")).not_to_have_class(STALE)
    live.after(2)
    expect(live.page.locator("[data-link-bar]")).to_have_text("Mất kết nối từ 14:32 · đang hiển thị số liệu cũ")
    expect(live.page.locator("#a")).to_have_class(STALE)
    live.after(40)
    expect(live.page.locator("#a")).to_have_class(STALE)
    live.fails = False
    live.version = 6
    live.after(12)
    live.until(lambda: live.page.locator("#told").inner_text() == "v6" or live.page.clock.run_for(300))
    live.beat()
    live.says("Trực tuyến")
    expect(live.page.locator("[data-link-bar]")).to_be_hidden()
    live.after(1)
    expect(live.page.locator("#a")).not_to_have_class(STALE)


@pytest.mark.parametrize(("told", "words"), [
    ({"tick": 30}, "Số liệu trễ 27 giây"), ({"tick": None}, "Chưa rõ số liệu có kịp thời không"),
])
def test_a_background_that_stands_still_is_said(live, told, words):
    live.beat()
    expect(live.page.locator("#a")).not_to_have_class(STALE)
    live.beat(**told)
    live.says(words)
    expect(live.page.locator("#a")).to_have_class(STALE)
    expect(live.page.locator("[data-link-bar]")).to_have_text(words)


def test_between_heartbeats_the_page_counts_on(live):
    live.beat(tick=12)
    live.after(5)
    expect(live.page.locator("#a")).not_to_have_class(STALE)
    live.after(2)
    expect(live.page.locator("#a")).to_have_class(STALE)


def test_a_newer_version_that_does_not_come_is_marked(live):
    live.beat()
    live.hangs = True
    live.hint(6)
    live.after(1, settled=False)
    live.shows(5)
    for _n in range(2):
        live.beat()
        live.after(6, settled=False)
    expect(live.page.locator("#a")).to_have_class(STALE)


def test_another_day_is_marked_at_once_and_asked_for(live):
    live.beat()
    live.page.evaluate("document.querySelector('#a').dataset.day = '2026-11-23'")
    live.after(3)
    expect(live.page.locator("#a")).not_to_have_class(STALE)
    live.clock = datetime.fromisoformat("2026-11-23T23:59:58+07:00")
    live.beat()
    live.fails = True
    before = len(live.asked)
    live.after(4)
    expect(live.page.locator("#a")).to_have_class(STALE)
    live.until(lambda: len(live.asked) > before or live.page.clock.run_for(500))


def test_the_browser_s_clock_is_not_asked(live):
    live.clock += timedelta(hours=5)
    live.beat()
    live.after(1)
    expect(live.page.locator("[data-clock]").first).to_have_text(re.compile("^19:32:0"))


def test_a_machine_that_slept_trusts_nothing_until_it_hears(live):
    live.beat()
    live.fails = True
    live.page.clock.set_system_time("2026-11-23T18:00:00+07:00")  # what was counted meanwhile is not
    live.after(1)
    expect(live.page.locator("#a")).to_have_class(STALE)
    live.beat()
    expect(live.page.locator("#a")).not_to_have_class(STALE)


def test_a_refused_socket_is_not_tried_again(live):
    live.sockets[-1].close(code=4403)
    expect(live.page.locator("[data-link-bar]")).to_contain_text("đăng nhập lại")
    live.after(120)
    assert len(live.sockets) == 1 and not live.asked


def test_late_figures_are_said_to_be_late(live):
    live.beat(lag=14)
    live.says("Trực tuyến")
    live.beat(lag=120)
    expect(live.page.locator("[data-link-bar]")).to_have_text("Số liệu trễ 2 phút")
    expect(live.page.locator("#a")).to_have_class(re.compile("is-stale"))
    live.beat()
    live.says("Trực tuyến")
    expect(live.page.locator("#a")).not_to_have_class(re.compile("is-stale"))


def test_a_new_build_is_offered_not_forced(live):
    live.beat(build="other")
    live.beat(build="other")
    expect(live.page.locator(".toast")).to_have_count(1)
    expect(live.page.locator(".toast")).to_contain_text("phiên bản mới")


def test_single_keys_act_only_while_nobody_writes(live):
    page = live.page
    page.keyboard.press("?")
    expect(page.locator("#keys")).to_be_visible()
    page.keyboard.press("Escape")
    page.keyboard.press("j")
    page.keyboard.press("j")
    expect(page.locator("[data-row].is-current")).to_have_text("hai")
    page.click("#outside")
    page.keyboard.type("jk?")
    expect(page.locator("#outside")).to_have_value("jk?")
    expect(page.locator("#keys")).to_be_hidden()


def test_a_form_is_sent_once_under_one_name(live):
    page = live.page
    page.evaluate("document.querySelector('#form button').click(); document.querySelector('#form button').click()")
    expect(page.locator("#form button")).to_have_attribute("aria-busy", "true")
    live.until(lambda: live.posted)
    page.evaluate("fetch('/')")  # asked for after a second post, if there was one
    assert live.posted == 1
    assert re.fullmatch(r"[0-9a-f-]{36}", page.locator("#rid").input_value())


def test_a_chosen_theme_is_kept(live):
    page = live.page
    page.click(".who")
    page.click("[data-theme-choice=dark]")
    expect(page.locator("html")).to_have_attribute("data-theme", "dark")
    assert {c["name"]: c["value"] for c in page.context.cookies(SITE)}["ioc_theme"] == "dark"
