"""Pages in a real Chromium against the production processes: the compose file's commands and variables, an external
database, DEBUG off. One site with a small demo city serves all tests; each test makes the tickets it needs."""

import json
import os
import subprocess
import sys
from dataclasses import dataclass

import psycopg2
import pytest
from django.conf import settings

from tests import chromium, processes

DATABASE = "browser"
PASSWORD = "demo-1022-hcmc"  # noqa: S105 - of the demo accounts
FLAGS = (
    "--no-sandbox --disable-gpu --disable-quic --no-first-run --disable-background-networking "
    "--disable-component-update --disable-sync"
).split()


def pytest_collection_modifyitems(items):
    for item in items:
        if "tests/browser/" in item.nodeid:
            item.add_marker(pytest.mark.browser)


@dataclass
class City:
    """The running site and its commands."""

    address: str
    environment: dict
    output: object
    running: dict

    def manage(self, *words: str) -> str:
        done = subprocess.run(
            [sys.executable, "manage.py", *words], cwd=processes.ROOT, env=self.environment, capture_output=True, text=True
        )
        assert done.returncode == 0, done.stderr
        return done.stdout

    def figures(self, *words: str) -> dict:
        return json.loads(self.manage("figures", "--json", *words))


@pytest.fixture(scope="session")
def site(tmp_path_factory):
    settings.EMBEDDED.start(DATABASE)
    with psycopg2.connect(settings.EMBEDDED.database_url(DATABASE)) as connection, connection.cursor() as cursor:
        cursor.execute("DROP SCHEMA public CASCADE; CREATE SCHEMA public")
    connection.close()
    surroundings = processes.environment(DATABASE)
    city = City("", surroundings, None, {})
    city.manage("setup_city")
    city.manage("demo_accounts", "--yes-demo")
    city.manage("seed_demo", "--tickets", "600", "--months", "2")
    with processes.site(DATABASE, tmp_path_factory.mktemp("logs")) as running:
        yield City(running.address, surroundings, running.output, running.running)


@pytest.fixture(scope="session")
def chrome():
    # Its event loop would forbid the ORM to every later test in this thread, so it lives in these tests alone.
    from playwright.sync_api import sync_playwright

    os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium.find(), args=FLAGS)
        yield browser
        browser.close()
    os.environ.pop("DJANGO_ALLOW_ASYNC_UNSAFE")


class Guarded:
    """Opens pages that note every policy violation, script error and request that leaves the site."""

    def __init__(self, chrome, site):
        self.chrome, self.site = chrome, site
        self.contexts, self.wrong = [], []

    def page(self, username="", *, width=1440, height=900, **options):
        context = self.chrome.new_context(
            viewport={"width": width, "height": height}, locale="vi-VN", base_url=self.site.address, **options
        )
        self.contexts.append(context)
        page = context.new_page()
        page.set_default_timeout(15_000)
        page.on("console", lambda message: self._note(message.text) if "Content Security" in message.text else None)
        page.on("pageerror", lambda error: self._note(f"script error: {error}"))
        page.on("request", lambda request: self._off_origin(request.url))
        if username:
            self.sign_in(page, username)
        return page

    def sign_in(self, page, username):
        page.goto("/dang-nhap/")
        page.fill("[name=username]", username)
        page.fill("[name=password]", PASSWORD)
        page.press("[name=password]", "Enter")
        page.wait_for_url(lambda url: "dang-nhap" not in url)

    def _note(self, text):
        self.wrong.append(text)

    def _off_origin(self, url):
        if not url.startswith((self.site.address, self.site.address.replace("http", "ws"), "data:", "blob:")):
            self._note(f"request off the site: {url}")


@pytest.fixture
def open_page(chrome, site):
    """`open_page("canbo.q1", width=390)`: a signed-in page; at the end no violation, error or foreign request is allowed."""
    guarded = Guarded(chrome, site)
    yield guarded.page
    for context in guarded.contexts:
        context.close()
    assert guarded.wrong == []
