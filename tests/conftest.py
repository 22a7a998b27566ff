"""What every test stands on: the embedded servers, empty caches, and an honest count of what ran."""

import os
from pathlib import Path

import hypothesis
import pytest
from django.conf import settings
from django.core.cache import cache
from django.db import connection
from django.db.backends.base.creation import TEST_DATABASE_PREFIX
from django.template.backends.jinja2 import Template
from django.test.signals import template_rendered
from django.utils import translation
from xdist.scheduler import LoadFileScheduling

from hcmc_ioc.lib import caching
from tests import chromium, city, databases, leftovers

BROWSER = "browser"  # the folder whose tests look at one site
LONGEST = ("test_soak.py", "test_no_500.py", "test_ledger.py", "test_run.py")
browser_tests_left_out = pytest.StashKey[int]()
left_running = pytest.StashKey[list]()
hypothesis.settings.register_profile(
    "patient", deadline=None, suppress_health_check=[hypothesis.HealthCheck.too_slow]
)


def pytest_configure():
    hypothesis.settings.load_profile("patient")
    leftovers.watch(settings.VAR, settings.TEST_LOCK)
    settings.EMBEDDED.start()


def pytest_unconfigure():
    settings.EMBEDDED.stop()
    leftovers.dismiss()


@pytest.fixture(scope="session", autouse=True)
def servers_end_with_us(tmp_path_factory):
    """Also those that a test starts in a folder of its own."""
    leftovers.also(tmp_path_factory.getbasetemp())


@pytest.fixture(autouse=True, scope="session")
def contexts_are_seen():
    """`answer.context` holds what Jinja2's templates were given too."""
    render = Template.render

    def told(self, context=None, request=None):
        context = {} if context is None else context
        text = render(self, context, request)
        template_rendered.send(sender=self, template=self, context=context)
        return text

    Template.render = told
    yield
    Template.render = render


@pytest.fixture(autouse=True)
def fresh_caches():
    caching.clear_all()
    cache.clear()
    translation.deactivate()  # a page in English leaves its language with the thread


class TogetherByFile(LoadFileScheduling):
    """A file's tests are one process's, and so are all that look at the one site of the browser tests: whatever stands
    ready for them is made once."""

    def _split_scope(self, nodeid: str) -> str:
        file = Path(super()._split_scope(nodeid))
        return BROWSER if is_browser(file) else str(file)


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config, log):
    return TogetherByFile(config, log)


def is_browser(file: Path) -> bool:
    return file.parent.name == BROWSER and file.name not in LONGEST


def pytest_collection_modifyitems(config, items):
    """What takes longest comes first: of two that share the tests none ends long before the other. Without a browser
    its tests are deselected: counted as not run rather than as passed or skipped."""
    slow = {item.path.name for item in items if item.get_closest_marker("processes")}
    files = [BROWSER, *LONGEST, *sorted(slow - {*LONGEST})]

    def group(item):
        return BROWSER if is_browser(item.path) else item.path.name

    items.sort(key=lambda item: files.index(group(item)) if group(item) in files else len(files))
    if chromium.find():
        return
    browser = [item for item in items if item.get_closest_marker("browser")]
    items[:] = [item for item in items if item not in browser]
    config.hook.pytest_deselected(items=browser)
    config.stash[browser_tests_left_out] = len(browser)


@pytest.hookimpl(trylast=True)  # after the last fixture has cleared up
def pytest_sessionfinish(session, exitstatus):
    stash, told = session.config.stash, getattr(session.config, "workeroutput", None)
    settings.EMBEDDED.stop()
    if running := leftovers.lingering():
        stash[left_running] = stash.get(left_running, []) + leftovers.described(running)
        leftovers.end()
    left_out = stash.get(browser_tests_left_out, 0)
    if told is not None:  # one of several processes that share the tests: the first one tells
        told |= {"left_running": stash.get(left_running, []), "left_out": left_out}
    if stash.get(left_running, []) or left_out and os.environ.get("CI") == "true" and not exitstatus:
        session.exitstatus = pytest.ExitCode.TESTS_FAILED


@pytest.hookimpl(optionalhook=True)
def pytest_testnodedown(node, error):
    """What one of several processes found is what the whole run found."""
    stash, told = node.config.stash, getattr(node, "workeroutput", {})
    stash[left_running] = stash.get(left_running, []) + told.get("left_running", [])
    stash[browser_tests_left_out] = max(stash.get(browser_tests_left_out, 0), told.get("left_out", 0))


def pytest_terminal_summary(terminalreporter, config):
    for line in config.stash.get(left_running, []):
        terminalreporter.write_line(f"left running by a test, which is a failure: {line}", red=True)
    count = config.stash.get(browser_tests_left_out, 0)
    if count:
        failure = ", which CI counts as a failure" if os.environ.get("CI") == "true" else ""
        terminalreporter.write_line(f"{count} browser tests not run: no Chromium on PATH{failure}", red=True)


@pytest.fixture(scope="session")
def django_db_setup(django_db_setup, django_db_blocker):
    """The test database holds the city's units, calendar and rules from the start; tests roll back to that. It is not
    made when no test asks for it."""
    if not connection.settings_dict["NAME"].startswith(TEST_DATABASE_PREFIX):
        return
    with django_db_blocker.unblock():
        databases.keep(databases.MIGRATED)
        city.load()
        databases.keep(databases.LOADED)


@pytest.fixture
def town(request):
    """The loaded city, also for a test that commits (whose database was emptied by the one before it)."""
    request.getfixturevalue("transactional_db" if _commits(request) else "db")
    city.load()
    return city


def _commits(request):
    mark = request.node.get_closest_marker("django_db")
    return bool(mark and mark.kwargs.get("transaction"))


@pytest.fixture
def cast(town):
    return town.make_cast()
