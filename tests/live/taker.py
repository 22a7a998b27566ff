"""A taker of the tests: it writes down what it takes, so that a test can count. `python -m tests.live.taker NAME` is a
worker that does nothing but take for that taker, until it is killed; its database comes from the environment."""

import os
import subprocess
import sys

TABLE = "feed_probe"
NAME = "probe"


def write_down(changes) -> None:
    """The taker's work: one row per change, in the transaction that takes it; no uniqueness helps it."""
    from django.db import connection

    with connection.cursor() as cursor:
        for change in changes:
            cursor.execute(f"INSERT INTO {TABLE} (event_id) VALUES (%s)", [change.object_id])


def registered():
    from live import feed

    taker = feed.Taker(NAME, frozenset({"ticket"}), work=write_down)
    feed.register(taker)
    return taker


def worker(name: str, surroundings, ending):
    """A worker for this taker that has begun; it ends with `ending`, an ExitStack, at the latest."""
    from tests import processes

    begun = subprocess.Popen([sys.executable, "-m", "tests.live.taker", name], cwd=processes.ROOT, env=surroundings,
                             stdout=subprocess.PIPE, text=True)
    ending.callback(begun.wait)
    ending.callback(begun.kill)
    assert begun.stdout is not None and begun.stdout.readline() == "ready\n"
    return begun


def main() -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "hcmc_ioc.settings")
    import django

    django.setup()
    from live import feed

    name = sys.argv[1]
    if name == NAME:
        registered()
    feed.BATCH = 7  # many small transactions: a kill finds one of them half-way
    print("ready", flush=True)  # noqa: T201 - read by the test
    while True:
        feed.take_all(name)


if __name__ == "__main__":
    sys.exit(main())
