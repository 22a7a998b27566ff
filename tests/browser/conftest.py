"""Pages in a real Chromium against the production processes: the compose file's commands and variables, an external
database, DEBUG off. One site with a small demo city serves all tests; each test makes the tickets it needs."""

import json
import os
import signal
import subprocess
import sys
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

import pytest
from django.conf import settings
from django.utils import timezone

from indicators import owed
from tests import chromium, databases, processes
from tests.browser.guard import Guard

DATABASE = "browser"
LAST_MONTH = owed.rule().before(owed.rule().at("month_15", timezone.now())).code
PASSWORD = "demo-1022-hcmc"  # noqa: S105 - of the demo accounts


def pytest_collection_modifyitems(items):
    for item in items:
        if "tests/browser/" in item.nodeid:
            item.add_marker(pytest.mark.browser)


@dataclass
class City:
    """The running site and its commands."""

    environment: dict
    running: processes.Site | None = None

    @property
    def address(self) -> str:
        return self.running.address

    def manage(self, *words: str) -> str:
        done = subprocess.run(
            [sys.executable, "manage.py", *words],
            cwd=processes.ROOT, env=self.environment, capture_output=True, text=True,
        )
        assert done.returncode == 0, done.stderr
        return done.stdout

    def figures(self) -> dict:
        """Today's figures of the city, as `manage.py figures --json` tells them."""
        today = datetime.now(ZoneInfo(settings.TIME_ZONE)).date().isoformat()
        return json.loads(self.manage("figures", "--json", "--from", today, "--to", today))["city"]

    @contextmanager
    def frozen(self):
        """The web server stands still, its sockets open: what a hung machine looks like from outside."""
        web = self.running.running["web1"]
        web.send_signal(signal.SIGSTOP)
        try:
            yield
        finally:
            web.send_signal(signal.SIGCONT)

    def kill_web(self) -> None:
        web = self.running.running["web1"]
        web.kill()
        web.wait()

    def start_web(self) -> None:
        port = int(self.address.rpartition(":")[2])
        self.running.start("web1", processes.command_of("web1", port), self.environment)
        self.running.wait_until_ready()


@pytest.fixture(scope="package")
def site(tmp_path_factory, django_db_setup):
    databases.fresh(DATABASE)
    city = City(processes.environment(DATABASE, IOC_DEMO="1", IOC_HOOKS_PRIVATE="1"))
    city.manage("seed_demo", "--tickets", "2000", "--months", "2")
    for unit, *more in (("79",), ("760", "--draft")):
        city.manage("make_report", "month", "--period", LAST_MONTH, "--unit", unit, *more)
    with processes.site(DATABASE, tmp_path_factory.mktemp("logs"), IOC_HOOKS_PRIVATE="1") as running:
        city.running = running
        yield city


@pytest.fixture(scope="package")
def chrome():
    # Its event loop would forbid the ORM to every later test in this thread, so it lives in these tests alone.
    os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"
    with chromium.running() as browser:
        yield browser
    os.environ.pop("DJANGO_ALLOW_ASYNC_UNSAFE")


@pytest.fixture(scope="package")
def signed_in(chrome, site):
    """`signed_in("canbo.q1")`: the cookies of that person, who signs in once through the page."""
    kept = {}

    def cookies(username):
        if username not in kept:
            context = chromium.device(chrome, site.address)
            sign_in(context.new_page(), username)
            kept[username] = context.storage_state()
            context.close()
        return kept[username]

    return cookies


def sign_in(page, username):
    page.goto("/dang-nhap/")
    page.fill("[name=username]", username)
    page.fill("[name=password]", PASSWORD)
    page.press("[name=password]", "Enter")
    page.wait_for_url(lambda url: "dang-nhap" not in url)


class Pages:
    """Opens guarded pages, each in a context (a device) of its own."""

    def __init__(self, chrome, site, signed_in):
        self.chrome, self.site, self.signed_in = chrome, site, signed_in
        self.contexts, self.guard = [], Guard(site.address)

    def __call__(self, username="", *, width=1440, height=900, theme="", **options):
        if username:
            options["storage_state"] = self.signed_in(username)
        options["viewport"] = {"width": width, "height": height}
        context = chromium.device(self.chrome, self.site.address, **options)
        self.contexts.append(context)
        if theme:
            context.add_cookies([{"name": "ioc_theme", "value": theme, "url": self.site.address}])
        page = context.new_page()
        self.guard.watch(page)
        return page

    def wall(self, name, **options):
        """A device that the shift supervisor paired, with the whole city on it."""
        page = self(**({"width": 1920, "height": 1080} | options))
        page.goto("/wall/")
        page.get_by_role("button", name="Lấy mã ghép").click()
        code = page.locator("[data-pairing-code]").inner_text()
        keeper = self("truongca")
        keeper.goto("/man-hinh/")
        keeper.get_by_label("Mã trên màn hình").fill(code)
        keeper.get_by_label("Tên màn hình").fill(name)
        keeper.get_by_role("button", name="Ghép màn hình").click()
        page.wait_for_url("**/wall/")
        return page


@pytest.fixture
def open_page(chrome, site, signed_in):
    """`open_page("canbo.q1", width=390)`: a page of that person; at the end no policy violation, script
    error, failure of the server or foreign request is allowed."""
    pages = Pages(chrome, site, signed_in)
    yield pages
    for context in pages.contexts:
        context.close()
    print(site.running.output()[-4000:])  # noqa: T201 - pytest shows it when the test failed
    assert pages.guard.wrong == []
