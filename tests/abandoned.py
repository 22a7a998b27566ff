"""A run of tests in small, which ends without clearing up: `python -m tests.abandoned FOLDER [fails]`.

Starts what tests start, prints the mark of what it started, and waits for its end, or fails.
"""

import os
import sys
import time
from pathlib import Path

from hcmc_ioc.local.embedded import Services
from tests import leftovers, processes
from tests.patience import PATIENCE, wait_for

# Like a worker of Celery it forks; and none of the four listens to SIGTERM.
STUBBORN = f"""
import os, signal, time
signal.signal(signal.SIGTERM, signal.SIG_IGN)
os.fork()
os.fork()
print("one of us is up", flush=True)
time.sleep({10 * PATIENCE})
"""


def start_stubborn_site(folder):
    site = processes.Site("http://127.0.0.1", folder)
    site.start("worker", [sys.executable, "-c", STUBBORN], dict(os.environ))
    wait_for(lambda: site.output().count("up") == 4, site.output)
    return site


def main(folder, *words):
    leftovers.watch(folder)
    Services(folder / "var").start()
    start_stubborn_site(folder)
    print(os.environ[leftovers.MARK], flush=True)  # noqa: T201 - the test reads it
    if "fails" in words:
        raise AssertionError("a fixture that fails has no end")
    time.sleep(PATIENCE)


if __name__ == "__main__":
    main(Path(sys.argv[1]), *sys.argv[2:])
