"""Whole lives over HTTP: several systems at once, each with a client of the city that opens a ticket and finds it again
and one of the unit that accepts and resolves it, against two web processes as `make run` starts them."""

import json
import threading
import time
from collections.abc import Callable
from pathlib import Path

from bench import api, databases
from bench.browser import Answer, Caller
from tests import processes

SYSTEMS, PROCESSES = 8, 2
REPORT = json.dumps(api.REPORT | {"channel": "app"})
MOVES = (("accept", "{}"), ("resolve", '{"reply": "Đơn vị đã xử lý xong."}'))


class System:
    """One that goes from life to life, until it is told to stop; `done` are its lives, `failed` what went wrong."""

    def __init__(self, address: str, city: str, unit: str):
        self.city, self.unit = Caller(address, city), Caller(address, unit)
        self.done, self.failed = 0, None

    def run(self, goes_on: Callable[[], bool]) -> None:
        try:
            while goes_on():
                self.live()
                self.done += 1
        except Exception as error:  # noqa: BLE001 - told by the thread that waits
            self.failed = error

    def live(self) -> None:
        code = _told(self.city.post_json("/api/v1/tickets/", REPORT), 201)["code"]
        for verb, given in MOVES:
            state = _told(self.unit.post_json(f"/api/v1/tickets/{code}/moves/{verb}/", given), 200)["state"]
        found = _told(self.city.get(f"/api/v1/tickets/?q={code}"), 200)["results"]
        assert state == "resolved" and [row["code"] for row in found] == [code]


def _told(answer: Answer, status: int) -> dict:
    assert answer.status == status, f"{answer.status}\n{answer.text[:2000]}"
    return json.loads(answer.text)


def measure(database: str, seconds: float, logs: Path) -> float:
    """Lives per second, of all systems together."""
    logs.mkdir(parents=True, exist_ok=True)
    surroundings = {"DJANGO_SETTINGS_MODULE": "bench.settings", "IOC_API_PER_MINUTE": "1000000",
                    "WEB_CONCURRENCY": str(PROCESSES)}
    with databases.connect(database).cursor() as cursor:
        cursor.execute("SELECT id FROM districts_unit WHERE kind = 'city' OR code = '760' ORDER BY kind = 'city' DESC")
        city, unit = (api.token(database, row[0]) for row in cursor.fetchmany(2))
    with processes.site(database, logs, ("web1",), **surroundings) as site:
        systems = [System(site.address, city, unit) for _ in range(SYSTEMS)]
        _in_parallel(systems, min(seconds, 3))  # both processes have read their catalogue
        warm = sum(system.done for system in systems)
        took = _in_parallel(systems, seconds)
    return (sum(system.done for system in systems) - warm) / took


def _in_parallel(systems: list[System], seconds: float) -> float:
    """Every system for so long; returns the seconds that it took until the last had finished its life."""
    started = time.monotonic()
    threads = [threading.Thread(target=system.run, args=[lambda: time.monotonic() - started < seconds])
               for system in systems]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    if failed := next((system.failed for system in systems if system.failed), None):
        raise failed
    return time.monotonic() - started
