"""Nothing that tests start outlives them, however they end."""

import signal
import socket
import subprocess
import sys

import pytest

from hcmc_ioc.local.embedded import Services
from tests import abandoned, leftovers, processes
from tests.patience import wait_for

pytestmark = pytest.mark.processes


@pytest.fixture
def folder(tmp_path):
    yield tmp_path
    services = Services(tmp_path / "var")
    services.stop()
    services.erase()


def abandon(folder, *words):
    """A run that leaves things running, and the mark that they carry."""
    command = [sys.executable, "-m", "tests.abandoned", str(folder), *words]
    run = subprocess.Popen(command, cwd=processes.ROOT, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
    return run, run.stdout.readline().strip()


def servers(folder):
    """The sockets of the run's servers that somebody answers."""
    found = []
    for name in (".s.PGSQL.5432", "valkey.sock"):
        with socket.socket(socket.AF_UNIX) as client:
            if client.connect_ex(str(Services(folder / "var").run / name)) == 0:
                found.append(name)
    return found


def nothing_is_left(folder, mark):
    def told():
        return "\n".join([*leftovers.described(leftovers.alive(mark)), *servers(folder)])

    wait_for(lambda: not leftovers.alive(mark) and not servers(folder), told)


@pytest.mark.parametrize("blow", [signal.SIGKILL, signal.SIGTERM, signal.SIGINT])
def test_a_run_that_is_struck_down_leaves_nothing_running(folder, blow):
    run, mark = abandon(folder)
    assert len(leftovers.alive(mark)) >= 4 and len(servers(folder)) == 2
    run.send_signal(blow)
    run.communicate()
    nothing_is_left(folder, mark)


def test_a_run_that_fails_leaves_nothing_running(folder):
    run, mark = abandon(folder, "fails")
    run.communicate()
    assert mark and run.returncode == 1
    nothing_is_left(folder, mark)


def test_a_site_that_is_stopped_takes_its_forks_along(tmp_path, monkeypatch):
    monkeypatch.setattr(processes, "STOP_SECONDS", 0.1)
    before = leftovers.alive()
    site = abandoned.start_stubborn_site(tmp_path)
    site.stop()
    wait_for(lambda: set(leftovers.alive()) <= set(before))
