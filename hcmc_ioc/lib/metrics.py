"""What is counted for Prometheus: by all processes of one machine together, whoever is asked.

Names, units and `_total` as Prometheus recommends (https://prometheus.io/docs/practices/naming/). No label holds what a
person typed: a stranger could fill the memory.
"""

import hashlib
import os
import tempfile
from collections.abc import Callable
from contextlib import suppress
from datetime import datetime
from pathlib import Path

from django.conf import settings

from hcmc_ioc.lib import pulse


def _folder() -> Path:
    """In memory where the machine has such a place: the counts are mapped files, and a full disk would end whoever
    writes to them (SIGBUS). Else under IOC_VAR, or among the temporary files where that is not ours."""
    own = f"ioc-metrics-{os.getuid()}-{hashlib.sha256(os.fsencode(settings.VAR)).hexdigest()[:10]}"
    places = [Path("/dev/shm") / own, Path(settings.VAR) / "metrics", Path(tempfile.gettempdir()) / own]  # noqa: S108
    if given := os.environ.get("PROMETHEUS_MULTIPROC_DIR"):
        places = [Path(given)]
    for place in places:
        with suppress(OSError):
            place.mkdir(mode=0o700, parents=True, exist_ok=True)
        if place.is_dir() and place.stat().st_uid == os.getuid() and os.access(place, os.W_OK):  # nobody else's
            return place
    raise OSError(f"none of these folders can be written: {', '.join(map(str, places))}")


FOLDER = _folder()
os.environ["PROMETHEUS_MULTIPROC_DIR"] = str(FOLDER)  # the library looks at it when it is imported

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, multiprocess  # noqa: E402
from prometheus_client.exposition import generate_latest  # noqa: E402

STEPS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10)

REQUESTS = Counter("ioc_requests", "Requests answered.", ["view", "status"])
SECONDS = Histogram("ioc_request_duration_seconds", "From the request to the first byte of its answer.", ["view"],
                    buckets=STEPS)
SOCKETS = Gauge("ioc_sockets", "Open screens that listen.", ["kind"], multiprocess_mode="livesum")
HINTS = Counter("ioc_hints", "Hints sent to open screens.")
REFUSALS = Counter("ioc_sign_in_refusals", "Sign-ins refused: a wrong password, or the limit that paused it.", ["why"])
IMPORTED = Counter("ioc_imported_rows", "Rows of imports, by what became of them.", ["outcome"])

Moment = Callable[[], datetime | None]
queues: dict[str, Moment] = {}  # since when the oldest entry waits
parts: dict[str, Moment] = {}  # when it last gave a sign of life


def queue(name: str, oldest: Moment) -> None:
    """Tell the age of this queue; called once, when its app is ready."""
    queues[name] = oldest


def part(name: str, last: Moment) -> None:
    """Tell how long ago this part of the background last gave a sign of life; called once, when its app is ready."""
    parts[name] = last


def text(now: datetime) -> bytes:
    """Everything, in Prometheus' text format. What cannot be asked (no database) is left out, which is an alarm too."""
    _forget_the_dead()
    registry = CollectorRegistry()
    multiprocess.MultiProcessCollector(registry)
    asked = CollectorRegistry()
    away = Gauge("ioc_service_away", "1 while it does not answer this process.", ["service"], registry=asked)
    for service in (pulse.database, pulse.valkey):
        away.labels(service.name.lower()).set(service.away)
    if not pulse.database.away:
        _ask(now, asked)
    return generate_latest(registry) + generate_latest(asked)


def _ask(now: datetime, registry: CollectorRegistry) -> None:
    waiting = Gauge("ioc_queue_age_seconds", "How long the oldest entry of a queue waits.", ["queue"],
                    registry=registry)
    silent = Gauge("ioc_part_age_seconds", "How long ago a part last gave a sign of life, or the city was backed up.",
                   ["part"], registry=registry)
    for gauge, moments, without in ((waiting, queues, 0.0), (silent, parts, None)):
        for name, moment in moments.items():
            with suppress(Exception):
                since = moment()
                age = max(0.0, (now - since).total_seconds()) if since else without
                if age is not None:
                    gauge.labels(name).set(age)


def _forget_the_dead() -> None:
    """Screens of a process that was killed listen no more."""
    for file in FOLDER.glob("gauge_live*_*.db"):
        pid = int(file.stem.rpartition("_")[2])
        try:
            os.kill(pid, 0)
        except ProcessLookupError:
            multiprocess.mark_process_dead(pid, str(FOLDER))
        except PermissionError:
            pass


def begin_anew() -> None:
    """Forget what processes of the past counted: for who starts all of them."""
    for file in FOLDER.glob("*.db"):
        file.unlink(missing_ok=True)
