"""Crowds: so many people at once, each of whom asks for the next page as soon as one has come.

    python -m bench.crowd ADDRESS CLIENTS SECONDS FILE

is the generator, a process of its own, so that what it costs is not taken for the site's; FILE names cookies and pages.
`measure` starts the site with two web processes and counts what these and the database spend.
"""

import http.client
import json
import os
import resource
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path
from random import Random
from urllib.parse import urlsplit

import psutil
from django.conf import settings
from django.urls import reverse

from bench import databases
from bench.browser import Browser
from bench.console import say
from bench.family import family
from bench.table import quantile
from tests import processes

WARM = 3.0  # seconds that are not counted: both processes read their catalogue


def measure(database: str, crowds: tuple[int, ...], seconds: float, logs: Path) -> dict[int, dict]:
    """Size of the crowd → `per_second`, `p50` and `p95` in ms, `failed`, `cpu` in ms a page (web and database), `used`:
    the share of the cores that the generator left which went into pages."""
    logs.mkdir(parents=True, exist_ok=True)
    surroundings = {"DJANGO_SETTINGS_MODULE": "bench.settings", "WEB_CONCURRENCY": "2"}
    found = {}
    with processes.site(database, logs, ("web1",), **surroundings) as site:
        asked = logs / "asked.json"
        asked.write_text(json.dumps(_pages(site.address, database)))
        web = site.running["web1"].pid
        for clients in crowds:
            say(f"A crowd of {clients} …")
            found[clients] = _crowd(site.address, clients, seconds, asked, lambda: _spent(web))
    return found


def _pages(address: str, database: str) -> list[dict]:
    """What people of each role look at."""
    with databases.connect(database).cursor() as cursor:
        cursor.execute("SELECT ticket.code FROM feedback_ticket AS ticket JOIN districts_unit AS unit "
                       "ON unit.id = unit_id WHERE unit.code = '760' ORDER BY ticket.id DESC LIMIT 4")
        codes = [row[0] for row in cursor.fetchall()]
    tickets = [reverse("ticket", args=[code]) for code in codes]
    looked_at = {
        "ha": [reverse("overview"), reverse("matrix"), reverse("tickets")],
        "lan": [reverse("inbox"), reverse("inbox"), *tickets[:2]],
        "tu": [reverse("intake"), reverse("inbox"), *tickets[2:4]],
    }
    return [{"cookie": Browser(address, name).cookie, "pages": pages} for name, pages in looked_at.items()]


def _spent(web: int) -> float:
    """Seconds of CPU that the web processes and the database have used."""
    database = psutil.Process(int((settings.EMBEDDED.run / ".s.PGSQL.5432.lock").read_text().split()[0]))
    times = [process.cpu_times() for process in [*family(web), *family(database.pid)]]
    ended = database.cpu_times()
    return sum(one.user + one.system for one in times) + ended.children_user + ended.children_system


def _crowd(address: str, clients: int, seconds: float, asked: Path, spent: Callable[[], float]) -> dict:
    command = [sys.executable, "-m", "bench.crowd", address, str(clients), str(seconds), str(asked)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as generator:
        assert generator.stdout
        generator.stdout.readline()  # it is warm
        before = spent()
        generator.stdout.readline()
        used = spent() - before
        found = json.loads(generator.stdout.readline())
    pages, times = len(found["samples"]), found["samples"] + found["waiting"]
    left = os.cpu_count() * found["seconds"] - found["cpu"]
    return {"per_second": pages / found["seconds"], "p50": quantile(times, 0.5), "p95": quantile(times, 0.95),
            "most": max(times), "failed": found["failed"], "cpu": 1000 * used / pages, "used": used / left}


# --- The generator


class Person(threading.Thread):
    """One who asks again and again; `samples` are (when it came, how long it took in ms)."""

    def __init__(self, address: str, given: dict, number: int):
        super().__init__(daemon=True)
        self.host, self.given, self.chance = urlsplit(address).netloc, given, Random(number)
        self.samples, self.failed, self.ended = [], [], threading.Event()

    def run(self) -> None:
        connection = http.client.HTTPConnection(self.host, timeout=60)
        headers = {"Cookie": self.given["cookie"], "Accept": "text/html"}
        while not self.ended.is_set():
            begun = time.perf_counter()
            try:
                connection.request("GET", self.chance.choice(self.given["pages"]), headers=headers)
                answer = connection.getresponse()
                answer.read()
                status = answer.status
            except (OSError, http.client.HTTPException) as error:
                status = repr(error)
                connection.close()
            if status != 200:
                self.failed.append((time.monotonic(), status))
            self.samples.append((time.monotonic(), (time.perf_counter() - begun) * 1000))


def _generate(address: str, clients: int, seconds: float, asked: list[dict]) -> None:
    people = [Person(address, asked[number % len(asked)], number) for number in range(clients)]
    for person in people:
        person.start()
    time.sleep(WARM)
    print("warm", flush=True)
    begun, cpu = time.monotonic(), _own_cpu()
    time.sleep(seconds)
    ended, cpu = time.monotonic(), _own_cpu() - cpu
    print("done", flush=True)
    for person in people:
        person.ended.set()
    for person in people:
        person.join()

    def within(found):
        return [what for person in people for at, what in getattr(person, found) if begun <= at <= ended]

    # Those who still waited in the end count too, else the slowest would be left out.
    waiting = [took for person in people for at, took in person.samples if at > ended and took > (at - ended) * 1000]
    print(json.dumps({"seconds": ended - begun, "cpu": cpu, "samples": within("samples"), "waiting": waiting,
                      "failed": within("failed")}))


def _own_cpu() -> float:
    used = resource.getrusage(resource.RUSAGE_SELF)
    return used.ru_utime + used.ru_stime


if __name__ == "__main__":
    _generate(sys.argv[1], int(sys.argv[2]), float(sys.argv[3]), json.loads(Path(sys.argv[4]).read_text()))
