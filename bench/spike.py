"""A spike: reports by the API at 1, 25, 1 and 35 a second, sent when they are due whether earlier ones were answered or
not, as a storm over the city sends them."""

import json
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from bench import api, databases
from bench.browser import Caller
from bench.console import bar
from bench.table import quantile
from tests import processes

PHASES = ((1, 10), (25, 20), (1, 20), (35, 20), (1, 20))  # (operations a second, seconds)
SENDERS = 200
REPORT = json.dumps(api.REPORT | {"channel": "app"})


def measure(database: str, logs: Path) -> dict:
    """`p95` in ms of each phase, `failed`, and `recovered`: seconds after each spike until an answer took no longer
    than twice the first phase's median."""
    logs.mkdir(parents=True, exist_ok=True)
    surroundings = {"DJANGO_SETTINGS_MODULE": "bench.settings", "IOC_API_PER_MINUTE": "1000000", "WEB_CONCURRENCY": "2"}
    with databases.connect(database).cursor() as cursor:
        cursor.execute("SELECT id FROM districts_unit WHERE kind = 'city'")
        token = api.token(database, cursor.fetchone()[0])
    with processes.site(database, logs, ("web1", "worker", "beat"), **surroundings) as site:
        return _told(_sent(site.address, token))


def _sent(address: str, token: str) -> list[tuple[int, float, float, int]]:
    """(phase, when it was due, seconds until it was answered, status) of every operation."""
    own, found, begun = threading.local(), [], time.monotonic()

    def send(phase: int, due: float) -> None:
        if not hasattr(own, "caller"):
            own.caller = Caller(address, token)
        try:
            status = own.caller.post_json("/api/v1/tickets/", REPORT).status
        except OSError:
            status = 0
        found.append((phase, due, time.monotonic() - begun - due, status))

    with ThreadPoolExecutor(SENDERS) as senders:
        for phase, due in _due():
            time.sleep(max(0.0, begun + due - time.monotonic()))
            bar("A spike", round(due), sum(seconds for _rate, seconds in PHASES))
            senders.submit(send, phase, due)
    return found


def _due() -> Iterator[tuple[int, float]]:
    at = 0.0
    for phase, (rate, seconds) in enumerate(PHASES):
        yield from ((phase, at + number / rate) for number in range(rate * seconds))
        at += seconds


def _told(found: list[tuple[int, float, float, int]]) -> dict:
    took = [[seconds for phase, _due, seconds, _status in found if phase == number] for number in range(len(PHASES))]
    usual, recovered = 2 * quantile(took[0], 0.5), []
    for spike in (1, 3):
        end = sum(seconds for _rate, seconds in PHASES[: spike + 1])
        good = [due for phase, due, seconds, _status in sorted(found, key=lambda one: one[1])
                if phase == spike + 1 and seconds <= usual]
        recovered.append(good[0] - end if good else float("inf"))
    return {"p95": [1000 * quantile(each, 0.95) for each in took], "recovered": recovered, "sent": len(found),
            "failed": sum(status != 201 for *_, status in found)}
