"""The production processes of docker-compose.yml, started here: same commands, same variables, free ports.

    with processes.site(database="test_ioc_hcmc") as site:
        site.address      # "http://127.0.0.1:40123"
        site.output()     # what the processes printed so far
"""

import os
import random
import shlex
import signal
import socket
import subprocess
import sys
import urllib.error
import urllib.request
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path

import yaml
from django.conf import settings

from tests.patience import PATIENCE, wait_for

ROOT = Path(__file__).resolve().parent.parent
STOP_SECONDS = 15  # then a process that was asked to end is killed


def compose():
    """docker-compose.yml as parsed YAML."""
    return yaml.safe_load((ROOT / "docker-compose.yml").read_text(encoding="utf-8"))


def command_of(service, port=8000):
    """The service's command as a list, with this Python, and on `port` of this machine only."""
    words = shlex.split(compose()["services"][service]["command"])
    here = {"python": sys.executable, "0.0.0.0": "127.0.0.1", "8000": str(port)}  # noqa: S104  replaced
    return [here.get(word, word) for word in words]


def environment(database, **changes):
    """What production is given, pointing at the embedded servers of the tests; `changes` win."""
    ours = {
        "DATABASE_URL": settings.EMBEDDED.database_url(database),
        "REDIS_URL": settings.EMBEDDED.redis_url,
        "IOC_SECRET_KEY": settings.SECRET_KEY,
        "IOC_FIELD_KEYS": ",".join(settings.FIELD_KEYS),
        "IOC_DIGEST_KEY": settings.DIGEST_KEY,
        "ALLOWED_HOSTS": "127.0.0.1,localhost",
        "IOC_CITY": settings.CITY_CODE,
        "IOC_HTTPS": "0",
        "IOC_VAR": str(settings.VAR),
        "DEBUG": "0",
        "DJANGO_SETTINGS_MODULE": "hcmc_ioc.settings",
        "PYTHONUNBUFFERED": "1",
    }
    return os.environ | ours | changes


def free_port():
    """Below those that the kernel gives to outgoing connections, so that it stays free until a server is up."""
    while True:
        port = random.randrange(12_000, 32_000)
        with socket.socket() as probe, suppress(OSError):
            probe.bind(("127.0.0.1", port))
            return port


def answers(address):
    try:
        with urllib.request.urlopen(address, timeout=PATIENCE) as answer:
            return answer.status == 200
    except (urllib.error.URLError, OSError):
        return False


@dataclass
class Site:
    address: str
    logs: Path
    running: dict[str, subprocess.Popen] = field(default_factory=dict)

    def output(self):
        return "\n".join(file.read_text(errors="replace") for file in sorted(self.logs.glob("*.log")))

    def start(self, name, command, surroundings):
        with (self.logs / f"{name}.log").open("ab") as log:
            self.running[name] = subprocess.Popen(
                command, cwd=ROOT, env=surroundings, stdin=subprocess.DEVNULL, stdout=log, stderr=log,
                start_new_session=True,  # what it forks is of its group, and ends with it
            )

    def wait_until_ready(self):
        def ready():
            ended = [name for name, process in self.running.items() if process.poll() is not None]
            assert not ended, f"ended instead of starting ({', '.join(ended)}):\n{self.output()}"
            return answers(f"{self.address}/readyz")

        wait_for(ready, lambda: f"not ready:\n{self.output()}")

    def stop(self):
        for process in self.running.values():
            process.terminate()
        for process in self.running.values():
            with suppress(subprocess.TimeoutExpired):
                process.wait(STOP_SECONDS)
            with suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGKILL)
            process.wait()


def collect_static(surroundings):
    """The files that pages of such processes need."""
    collected = subprocess.run(
        [sys.executable, "-m", "hcmc_ioc.local.build", "static"],
        cwd=ROOT, env=surroundings, capture_output=True, text=True,
    )
    assert collected.returncode == 0, collected.stderr


@contextmanager
def site(database, logs, services=("web1", "worker", "beat"), **changes):
    """The services of the compose file against `database`, which is migrated already; their output goes to `logs`."""
    port, surroundings = free_port(), environment(database, **changes)
    collect_static(surroundings)
    running = Site(f"http://127.0.0.1:{port}", Path(logs))
    try:
        for name in services:
            running.start(name, command_of(name, port), surroundings)
        running.wait_until_ready()
        yield running
    finally:
        running.stop()
