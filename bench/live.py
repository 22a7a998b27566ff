"""Call → number on the screen: an operator saves while open screens listen, and each asks for its piece of the page.

The screens do what browsers do: the piece comes over the socket; after a mere hint, a jitter of up to 0.3 s, then the
piece over HTTP. A screen is done when its piece has a new version. The clock starts when the operator's save is sent,
before the commit.
"""

import asyncio
import gzip
import json
import random
import re
import time
from pathlib import Path
from urllib.parse import urlencode

import websockets
from django.urls import reverse

from bench.browser import Browser
from bench.console import bar
from bench.family import family
from bench.pages import ReportForm
from tests import processes

JITTER = 0.3
PAUSE = (1.0, 2.0)  # seconds between two changes
PATIENCE = 15
_VERSION = re.compile(rb'data-topic="city"\s+data-version="(\d+)"')


def measure(database: str, changes: int, logs: Path, screens: int = 50, web: int = 1) -> dict:
    """`seconds` from click to changed number for every screen and change, `memory` in MB by service, and `cpu`, seconds
    of the `web` processes per change."""
    logs.mkdir(parents=True, exist_ok=True)
    surroundings = {"DJANGO_SETTINGS_MODULE": "bench.settings", "WEB_CONCURRENCY": str(web)}
    with processes.site(database, logs, ("web1", "worker", "beat"), **surroundings) as site:
        leader, form = Browser(site.address, "ha"), ReportForm(Browser(site.address, "tu"), database)
        before = spent(site.running["web1"].pid)
        seconds = asyncio.run(_watch(leader, form, changes, screens))
        used = spent(site.running["web1"].pid) - before
        memory = {name: pss(process.pid) for name, process in site.running.items()}
    return {"seconds": seconds, "memory": memory, "cpu": used / changes}


async def _watch(leader: Browser, form: ReportForm, changes: int, wanted: int) -> list[float]:
    screens = [Screen(leader) for _ in range(wanted)]
    tasks = [asyncio.create_task(screen.run()) for screen in screens]
    await _all(tasks, [screen.ready for screen in screens], 120)
    seconds = []
    for number in range(changes):
        form.fill()
        for screen in screens:
            screen.changed.clear()
        started = time.monotonic()
        saved = await asyncio.to_thread(form.save)
        assert saved.status == 204, saved.text[:2000]
        await _all(tasks, [screen.changed for screen in screens], PATIENCE)
        seconds += [screen.at - started for screen in screens]
        bar(f"Changes on {wanted} screens", number + 1, changes)
        await asyncio.sleep(random.uniform(*PAUSE))
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)
    return seconds


async def _all(tasks: list, events: list[asyncio.Event], seconds: float) -> None:
    """Wait for all events; a screen that failed says why."""
    waiting = asyncio.gather(*(event.wait() for event in events))
    await asyncio.wait([waiting, *tasks], timeout=seconds, return_when=asyncio.FIRST_COMPLETED)
    for task in tasks:
        if task.done():
            task.result()
    if not waiting.done():
        waiting.cancel()
        missing = sum(not event.is_set() for event in events)
        raise AssertionError(f"{missing} of {len(events)} screens did not follow within {seconds} s")


class Screen:
    """One open city overview."""

    def __init__(self, leader: Browser):
        self.host, self.headers = leader.host, {"Cookie": leader.cookie}
        self.part = f"{reverse('overview')}?ky=30&part=1"
        self.ready, self.changed, self.at, self.version = asyncio.Event(), asyncio.Event(), 0.0, 0

    async def run(self) -> None:
        address = f"ws://{self.host}/ws/live/?{urlencode({'topics': 'city', 'piece': self.part})}"
        origin = f"http://{self.host}"
        async with websockets.connect(address, additional_headers=self.headers, origin=origin) as socket:
            async for message in socket:
                if isinstance(message, bytes):
                    self.show(json.loads(gzip.decompress(message))["v"])
                elif '"hb"' in message:
                    self.ready.set()
                elif '"hint"' in message:
                    await asyncio.sleep(random.uniform(0, JITTER))
                    await self.ask()

    async def ask(self) -> None:
        """The piece of the page, on a connection of its own."""
        host, _colon, port = self.host.partition(":")
        reader, writer = await asyncio.open_connection(host, int(port))
        request = f"GET {self.part} HTTP/1.1\r\nHost: {self.host}\r\nCookie: {self.headers['Cookie']}\r\n"
        writer.write(f"{request}Connection: close\r\n\r\n".encode())
        answer = await reader.read()
        writer.close()
        found = _VERSION.search(answer)
        assert found, answer[:2000].decode(errors="replace")
        self.show(int(found.group(1)))

    def show(self, version: int) -> None:
        if version > self.version:
            self.version, self.at = version, time.monotonic()
            self.changed.set()


def pss(pid: int) -> float:
    """The memory of a process and of those it started in MB, what they share with others counted in parts."""
    return sum(process.memory_full_info().pss for process in family(pid)) / 2**20


def spent(pid: int) -> float:
    """Seconds of CPU of a process and of those it started."""
    return sum(sum(process.cpu_times()[:2]) for process in family(pid))
