"""`make run`: starts everything, keeps it going, ends it whole, keeps the data. Run for Boston, which has no demo."""

import contextlib
import os
import re
import signal
import socket
import subprocess
import sys
import threading
from pathlib import Path

import psycopg2
import pytest
from websockets.exceptions import WebSocketException
from websockets.sync.client import connect

from hcmc_ioc.local import build, run
from hcmc_ioc.local.embedded import DATABASE_USER, Services
from tests.patience import PATIENCE, wait_for
from tests.processes import answers, free_port

ROOT = Path(__file__).resolve().parent.parent
pytestmark = pytest.mark.processes


class RunningSite:
    """One `python -m hcmc_ioc.local.run` with its own IOC_VAR, its output in a file."""

    def __init__(self, var):
        self.services, self.port, self.log = Services(var), free_port(), var.with_name("run.log")
        self.environment = os.environ | {"IOC_VAR": str(var), "IOC_CITY": "boston", "PORT": str(self.port)}
        own = ("DJANGO_SETTINGS_MODULE", "PROMETHEUS_MULTIPROC_DIR")  # of these tests: a site forgets what was counted
        for name in (*own, "IOC_SECRET_KEY", "IOC_FIELD_KEYS", "IOC_DIGEST_KEY"):
            self.environment.pop(name, None)
        self.process = None

    def start(self):
        self.log.write_text("")
        with self.log.open("ab") as output:
            outputs = {"stdout": output, "stderr": output}
            self.process = subprocess.Popen(
                self.command(), cwd=ROOT, env=self.environment, start_new_session=True, **outputs
            )
        self.wait_for(lambda: f"The site runs: http://localhost:{self.port}" in self.output())

    def command(self, *words):
        return [sys.executable, "-m", "hcmc_ioc.local.run", *words]

    def say(self, *words, **changes):
        surroundings = self.environment | changes
        return subprocess.run(self.command(*words), cwd=ROOT, env=surroundings, capture_output=True, text=True)

    def output(self):
        return self.log.read_text(errors="replace")

    def wait_for(self, condition):
        def holds():
            assert self.process.poll() is None, self.output()
            return condition()

        wait_for(holds, self.output)

    def pid_of(self, name):
        return int(re.findall(rf"{name} started \(pid=(\d+)\)", self.output())[-1])

    def ready(self):
        return answers(f"http://127.0.0.1:{self.port}/readyz")

    def end(self):
        """Whatever happened: no process and no data are left."""
        self.say("reset")
        if self.process and self.process.poll() is None:
            self.process.kill()  # what it started ends by itself
            self.process.wait()
        self.services.stop()

    def ask(self, question):
        link = psycopg2.connect(dbname="ioc_boston", user=DATABASE_USER, host=str(self.services.run))
        with link, link.cursor() as cursor:
            cursor.execute(question)
            answer = cursor.fetchall() if cursor.description else None
        link.close()
        return answer


@contextlib.contextmanager
def running(folder):
    """The whole site as `make run` starts it, in a place of its own."""
    site = RunningSite(folder / "var")
    try:
        site.start()
        yield site
    finally:
        site.end()


@pytest.fixture(scope="module")
def site(tmp_path_factory):
    with running(tmp_path_factory.mktemp("run here")) as site:
        yield site


def test_it_starts_and_says_where(site):
    assert site.ready()
    for name in ("web", "worker", "beat"):
        os.kill(site.pid_of(name), 0)
    assert "simulator" not in site.output()


def test_a_second_one_from_the_same_folder_is_refused_in_one_line(site):
    done = site.say("start", PORT=str(free_port()))
    assert done.returncode != 0
    assert re.fullmatch(r"the site already runs from .*var \(process \d+\); .*\n", done.stderr)
    assert site.ready()


def test_a_taken_port_is_one_line(site, tmp_path):
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        done = site.say("start", PORT=str(port), IOC_VAR=str(tmp_path))
    assert done.returncode != 0
    assert re.fullmatch(rf"127\.0\.0\.1:{port} cannot be used \(Address already in use\); .*\n", done.stderr)


@pytest.mark.parametrize("port", ["0", "http", "70000"])
def test_a_wrong_port_is_one_line(site, port):
    assert site.say("start", PORT=port).stderr == f"PORT must be a number between 1 and 65535, not '{port}'\n"


def test_a_missing_import_file_is_one_line(site, tmp_path):
    done = site.say("start", PORT=str(free_port()), IOC_VAR=str(tmp_path), IOC_IMPORT="absent.csv")
    Services(tmp_path).erase()
    assert done.stderr == "IOC_IMPORT names no file: absent.csv\n"


@pytest.mark.parametrize("name", ["web", "worker"])
def test_a_killed_process_is_started_again_and_leaves_nothing_behind(site, name):
    before = site.pid_of(name)
    os.kill(before, signal.SIGKILL)
    site.wait_for(lambda: site.pid_of(name) != before)
    assert re.search(rf"{name} +\| ended by itself \(code -9\), starting again in", site.output())
    site.wait_for(lambda: not running_of(before))
    site.wait_for(site.ready)


@pytest.fixture
def visitors(site):
    """Open screens that come again and again while the services are away."""
    ended = threading.Event()

    def knock():
        address = f"ws://127.0.0.1:{site.port}/ws/live/?topics=city"
        cookie = {"Cookie": "ioc_session=abcdefghijklmnopqrstuvwxyz123456"}
        while not ended.is_set():
            with contextlib.suppress(WebSocketException, OSError), connect(
                address, origin=f"http://127.0.0.1:{site.port}", additional_headers=cookie
            ) as screen:
                screen.recv()

    thread = threading.Thread(target=knock)
    thread.start()
    yield
    ended.set()
    thread.join()


def test_a_killed_database_comes_back_without_a_traceback(site, visitors):
    os.kill(int((site.services.run / ".s.PGSQL.5432.lock").read_text().split()[0]), signal.SIGKILL)
    site.wait_for(lambda: "PostgreSQL had stopped; it is started again" in site.output())
    site.wait_for(site.ready)
    assert "Traceback" not in site.output()


def test_a_killed_valkey_comes_back_without_a_traceback(site, visitors):
    os.kill(int((site.services.run / "valkey.pid").read_text()), signal.SIGKILL)
    site.wait_for(lambda: "Valkey had stopped; it is started again" in site.output())
    site.wait_for(site.ready)
    assert "Traceback" not in site.output()


def test_ctrl_c_stops_every_process_and_the_next_start_keeps_the_data(site):
    site.ask("CREATE TABLE kept AS SELECT 42 AS answer")
    children = [site.pid_of(name) for name in ("web", "worker", "beat")]
    site.process.send_signal(signal.SIGINT)
    assert site.process.wait(PATIENCE) == 0
    assert not [pid for pid in children if alive(pid)]
    assert site.services.stop() == []
    site.start()
    assert site.ask("SELECT answer FROM kept") == [(42,)]


def test_what_a_killed_supervisor_leaves_ends_by_itself(site):
    children = [site.pid_of(name) for name in ("web", "worker", "beat")]
    site.process.kill()
    site.process.wait()
    done = site.say("stop")
    assert (done.returncode, done.stderr) == (0, "")
    wait_for(lambda: not [pid for child in children for pid in running_of(child)])
    site.start()


def running_of(leader):
    """The processes of a group that still run."""
    groups = {}
    for entry in Path("/proc").glob("[0-9]*"):
        with contextlib.suppress(OSError):
            groups[int(entry.name)] = int((entry / "stat").read_text().rpartition(")")[2].split()[2])
    return [pid for pid, group in groups.items() if group == leader and alive(pid)]


def alive(pid):
    """An ended process that nobody collected has no command line any more."""
    with contextlib.suppress(OSError):
        return bool(Path(f"/proc/{pid}/cmdline").read_bytes())
    return False


def test_stop_and_reset_end_and_empty_it(site):
    assert "PostgreSQL stopped" not in site.say("stop").stdout  # the running site stops its own servers
    assert site.process.wait(PATIENCE) == 0
    assert (site.services.var / "secrets.env").exists()
    assert "are deleted" in site.say("reset").stdout
    assert {file.name for file in site.services.var.iterdir()} <= {"embedded.lock", "run.lock"}


@pytest.mark.parametrize("node", [None, "echo v12.0.0"], ids=["absent", "too old"])
def test_the_front_end_is_built_where_the_machine_has_no_fit_node(monkeypatch, tmp_path, node):
    (tmp_path / "sh").symlink_to("/bin/sh")
    for name in ["node", "npm"] if node else []:
        (tmp_path / name).write_text(f"#!/bin/sh\n{node}\n")
        (tmp_path / name).chmod(0o755)
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.setattr(build, "FRONTEND", tmp_path)
    (tmp_path / "package.json").write_text('{"scripts": {"build": "node --version > built"}}')
    build.npm("run", "build")
    assert int(re.match(r"v(\d+)", (tmp_path / "built").read_text()).group(1)) >= build.NODE_AT_LEAST


def test_a_front_end_that_cannot_be_built_says_why(monkeypatch, tmp_path):
    monkeypatch.setattr(build, "FRONTEND", tmp_path)
    (tmp_path / "package.json").write_text('{"scripts": {"build": "node absent.mjs"}}')
    with pytest.raises(build.BuildError, match="absent.mjs"):
        build.npm("run", "build")


def test_an_unchanged_front_end_is_not_built_again():
    build.build_frontend()
    assert build.build_frontend() is False


def test_the_demo_is_of_our_city_alone(monkeypatch):
    assert run.is_demo()
    monkeypatch.setenv("IOC_IMPORT", "cases.csv")
    assert not run.is_demo()
