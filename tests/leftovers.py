"""No process of the tests outlives their run, however it ends: by itself, by Ctrl-C, by a time-out or by SIGKILL.

`watch` puts a mark into the environment, which every process started from here on inherits, and starts a keeper. The
keeper's input ends with the run; then it ends every process that carries the mark, and the servers of `Services`, which
are made to outlive the command that starts them, in the folders it was told about.
"""

import os
import subprocess
import sys
import uuid
from contextlib import suppress
from pathlib import Path

import psutil

from hcmc_ioc.local.embedded import EmbeddedError, Services
from tests.patience import wait_for

MARK = "IOC_TEST_RUN"
ROOT = Path(__file__).resolve().parent.parent
_keepers = []


def watch(folder, *locks):
    """From here on nothing outlives this process, nor do the servers whose data lie in or below `folder`. The open
    files `locks` stay locked until the keeper has cleared up."""
    os.environ[MARK] = uuid.uuid4().hex
    unmarked = {name: value for name, value in os.environ.items() if name != MARK}
    keeper = subprocess.Popen(
        [sys.executable, "-m", "tests.leftovers", os.environ[MARK]],
        cwd=ROOT, env=unmarked, text=True, pass_fds=[lock.fileno() for lock in locks],
        stdin=subprocess.PIPE, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
        start_new_session=True,  # Ctrl-C is not for the keeper
    )
    _keepers.append(keeper)
    also(folder)


def also(folder):
    """Let the keeper look after the servers in or below another folder too."""
    _keepers[-1].stdin.write(f"{folder}\n")
    _keepers[-1].stdin.flush()


def dismiss():
    """The run is over: the keeper clears up now."""
    _keepers.pop().communicate()


def alive(mark=None):
    """The running processes that this run, or the one with that mark, has started; without its keeper."""
    mark, found = mark or os.environ[MARK], []
    for process in psutil.process_iter():
        with suppress(psutil.Error):  # it has ended, or belongs to somebody else
            if process.environ().get(MARK) == mark and process.pid != os.getpid():
                found.append(process)
    return found


def lingering(mark=None):
    """Those that do not end by themselves either."""
    with suppress(AssertionError):
        wait_for(lambda: not alive(mark))
    return alive(mark)


def described(processes):
    """A line for each process that still runs."""
    lines = []
    for process in processes:
        with suppress(psutil.Error):
            lines.append(f"process {process.pid}: {' '.join(process.cmdline())}")
    return lines


def end(mark=None):
    """Kill them all, and what they start meanwhile."""
    while found := alive(mark):
        for process in found:
            with suppress(psutil.NoSuchProcess):
                process.kill()
        psutil.wait_procs(found, timeout=1)


def keep(mark, folders):
    """Wait until the run is over, which ends the list of `folders`; then clear up after it."""
    folders = [Path(line.rstrip("\n")) for line in folders]
    end(mark)
    for folder in folders:
        for lock in folder.rglob("embedded.lock"):
            with suppress(EmbeddedError):
                Services(lock.parent).stop()


if __name__ == "__main__":
    keep(sys.argv[1], sys.stdin)
