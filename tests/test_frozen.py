"""What stands still is not dead: PostgreSQL and Valkey stopped (SIGSTOP) under the running site, and woken again."""

import time
import urllib.error
import urllib.request
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager

import psutil
import pytest

from tests.patience import PATIENCE
from tests.test_run import alive, running

pytestmark = pytest.mark.processes
COOKIE = "ioc_session=abcdefghijklmnopqrstuvwxyz123456"  # somebody's: it is looked up in cache and database
CAUGHT = 10  # seconds that a request may take which was under way when the database stopped; about 5 are meant
AT_ONCE = 2


@pytest.fixture(scope="module")
def site(tmp_path_factory):
    with running(tmp_path_factory.mktemp("frozen")) as site:
        yield site


def ask(site, path, **headers):
    """(status, seconds, body)"""
    begun = time.monotonic()
    asked = urllib.request.Request(f"http://127.0.0.1:{site.port}{path}", headers={"Cookie": COOKIE} | headers)
    try:
        with urllib.request.urlopen(asked, timeout=PATIENCE) as answer:
            status, body = answer.status, answer.read()
    except urllib.error.HTTPError as refused:
        status, body = refused.code, refused.read()
    return status, time.monotonic() - begun, body.decode(errors="replace")


@contextmanager
def frozen(pid):
    """The server and all its processes stand still."""
    leader = psutil.Process(pid)
    stopped = [leader]
    leader.suspend()
    for child in leader.children(recursive=True):
        child.suspend()
        stopped.append(child)
    try:
        yield
    finally:
        for process in stopped:
            if process.is_running():
                process.resume()


def postgres(site):
    return int((site.services.run / ".s.PGSQL.5432.lock").read_text().split()[0])


def valkey(site):
    return int((site.services.run / "valkey.pid").read_text())


def valkeys(site):
    lines = {p.pid: " ".join(p.info["cmdline"] or []) for p in psutil.process_iter(["cmdline"])}
    return [pid for pid, line in lines.items() if "valkey" in line and str(site.services.run) in line]


def is_well(site):
    return ask(site, "/readyz")[0] == 200 and ask(site, "/")[0] == 200


def test_with_the_database_frozen_pages_are_refused_and_the_rest_answers(site):
    site.wait_for(lambda: is_well(site))
    with frozen(postgres(site)), ThreadPoolExecutor(40) as visitors:
        caught = list(visitors.map(lambda n: ask(site, "/"), range(40)))  # more than the pools have places
        assert {status for status, _seconds, _body in caught} == {503}
        assert max(seconds for _status, seconds, _body in caught) < CAUGHT
        assert "Hệ thống tạm gián đoạn" in caught[0][2]
        site.wait_for(lambda: all(ask(site, "/")[1] < AT_ONCE for _n in range(4)))  # both web processes know
        for path, awaited in [("/", 503), ("/api/v1/units", 503), ("/healthz", 200), ("/static/img/mark.svg", 200),
                              ("/readyz", 503)]:
            status, seconds, body = ask(site, path, Accept="application/json")
            assert (status, seconds < AT_ONCE) == (awaited, True), path
        site.wait_for(lambda: "PostgreSQL (process" in site.output())
    begun = time.monotonic()
    site.wait_for(lambda: is_well(site))
    print("recovered after", time.monotonic() - begun)  # noqa: T201
    with ThreadPoolExecutor(16) as visitors:  # every place in the pools came back
        assert {status for status, _s, _b in visitors.map(lambda n: ask(site, "/"), range(64))} == {200}
    site.wait_for(lambda: "PostgreSQL answers again" in site.output())
    assert site.output().count("runs but does not answer") == 1 and "Traceback" not in site.output()


def test_with_valkey_frozen_pages_answer_and_one_server_is_left(site):
    site.wait_for(lambda: is_well(site))
    before = valkey(site)
    assert valkeys(site) == [before]
    with frozen(before):
        asked = [ask(site, "/") for _n in range(8)]
        assert {status for status, _seconds, _body in asked} == {200}
        assert max(seconds for _status, seconds, _body in asked) < CAUGHT
        site.wait_for(lambda: "Valkey had stopped; it is started again" in site.output())
        assert valkeys(site) == [valkey(site)] != [before]
    assert not alive(before)
    site.wait_for(lambda: is_well(site))
    assert max(ask(site, "/")[1] for _n in range(8)) < AT_ONCE
    assert "Traceback" not in site.output()


@pytest.mark.parametrize("which", [postgres, valkey])
def test_stop_leaves_nothing_of_a_frozen_server(site, which):
    site.wait_for(lambda: is_well(site))
    pid = which(site)
    with frozen(pid):
        family = psutil.Process(pid).children(recursive=True)
        assert site.say("stop").returncode == 0
        assert site.process.wait(PATIENCE) == 0
    assert not alive(pid) and not [child for child in family if child.is_running()] and not valkeys(site)
    site.start()
