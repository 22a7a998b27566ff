"""The site's own processes on a port of their own, and what may befall them and the servers below: each trouble is a
context in which something is killed or stands still."""

import os
import re
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from urllib.request import urlopen

from django.conf import settings

from hcmc_ioc.local.servers import children, read_pid

ROOT = Path(__file__).resolve().parents[2]
PROGRAMS = ("web", "worker", "beat")
SERVERS = {"PostgreSQL": ".s.PGSQL.5432.lock", "Valkey": "valkey.pid"}  # and the file with its process
RECORD = re.compile(r"^(?=\d{4}-\d\d-\d\d \d\d:\d\d:\d\d)", re.MULTILINE)
CELERYS_OWN = re.compile(r"\S+ \S+ \w+ (celery\.(worker|bootsteps|redirected)|kombu)\b")


@dataclass
class Site:
    port: int
    log: Path
    running: dict[str, subprocess.Popen] = field(default_factory=dict)
    others: dict[str, list[str]] = field(default_factory=dict)  # programs beside ours: name → command

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def start(self, *names: str) -> None:
        for name in names:
            with self.log.open("ab") as log:
                self.running[name] = subprocess.Popen(
                    self.others.get(name) or command(name, self.port), cwd=ROOT, stdin=subprocess.DEVNULL,
                    stdout=log, stderr=log, start_new_session=True,
                )

    def wait_until_ready(self, seconds: float = 120) -> float:
        """Seconds until it said so; raises `TimeoutError`."""
        begun = time.monotonic()
        while time.monotonic() - begun < seconds:
            with suppress(OSError), urlopen(f"{self.address}/readyz", timeout=5):  # noqa: S310 - our own address
                return time.monotonic() - begun
            time.sleep(0.2)
        raise TimeoutError(f"the site does not answer; see {self.log}")

    def signal(self, name: str, number: int) -> None:
        with suppress(ProcessLookupError):
            os.killpg(self.running[name].pid, number)

    def kill(self, name: str) -> None:
        self.signal(name, signal.SIGKILL)
        self.running[name].wait()

    def tracebacks(self) -> list[str]:
        """Records of the log with a traceback, but for what Celery says of itself when its broker is killed."""
        records = RECORD.split(self.log.read_text(errors="replace"))
        return [record for record in records if "Traceback" in record and not CELERYS_OWN.match(record)]

    def stop(self) -> None:
        for name in list(self.running):
            self.kill(name)


def command(name: str, port: int) -> list[str]:
    python = [sys.executable, "-m"]
    if name == "web":
        return [*python, "uvicorn", "hcmc_ioc.asgi:application", "--host", "127.0.0.1", "--port", str(port),
                "--lifespan", "off", "--no-access-log", "--no-proxy-headers", "--log-level", "warning"]
    more = ["--pool", "threads", "--concurrency", "2"] if name == "worker" else ["--pidfile="]
    return [*python, "celery", "--quiet", "-A", "hcmc_ioc", name, "--loglevel", "warning", *more]


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


@contextmanager
def frozen(site: Site, *names: str) -> Iterator[None]:
    """Programs and servers stand still (SIGSTOP), and go on in the end."""
    family = _servers(names)
    for name in set(names) - SERVERS.keys():
        site.signal(name, signal.SIGSTOP)
    _tell(family, signal.SIGSTOP)
    try:
        yield
    finally:
        _tell(family, signal.SIGCONT)
        for name in set(names) - SERVERS.keys():
            site.signal(name, signal.SIGCONT)


@contextmanager
def killed(site: Site, *names: str) -> Iterator[None]:
    """Programs and servers are killed (SIGKILL) and started again in the end."""
    _tell(_servers(names, with_children=False), signal.SIGKILL)
    programs = [name for name in names if name not in SERVERS]
    for name in programs:
        site.kill(name)
    try:
        yield
    finally:
        if len(programs) < len(names):
            settings.EMBEDDED.start()
        site.start(*programs)


def _servers(names: tuple[str, ...], *, with_children: bool = True) -> list[int]:
    found = []
    for name in SERVERS.keys() & set(names):
        if pid := read_pid(settings.EMBEDDED.run / SERVERS[name]):
            found += [pid, *(children(pid) if with_children else [])]
    return found


def _tell(processes: list[int], number: int) -> None:
    for pid in processes:
        with suppress(ProcessLookupError):
            os.kill(pid, number)
