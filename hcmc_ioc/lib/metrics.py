"""What is counted for Prometheus: by all processes of one machine together (`IOC_VAR/metrics`), whoever is asked.

Names, units and `_total` as Prometheus recommends (https://prometheus.io/docs/practices/naming/). No label holds what a
person typed: a stranger could fill the memory.
"""

import os
import tempfile
from collections.abc import Callable
from contextlib import suppress
from datetime import datetime
from pathlib import Path

from django.conf import settings


def _folder() -> Path:
    """Under IOC_VAR, or where that is not ours (a read-only image) among the temporary files."""
    places = (Path(settings.VAR) / "metrics", Path(tempfile.gettempdir()) / f"ioc-metrics-{os.getuid()}")
    for place in places:
        with suppress(OSError):
            place.mkdir(parents=True, exist_ok=True)
        if os.access(place, os.W_OK):
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
REFUSALS = Counter("ioc_sign_in_refusals", "Sign-ins refused: a wrong password, or locked out.", ["why"])
IMPORTED = Counter("ioc_imported_rows", "Rows of imports, by what became of them.", ["outcome"])

ages: dict[str, Callable[[], datetime | None]] = {}  # queue → since when its oldest entry waits


def queue(name: str, oldest: Callable[[], datetime | None]) -> None:
    """Tell the age of this queue; called once, when its app is ready."""
    ages[name] = oldest


def text(now: datetime) -> bytes:
    """Everything, in Prometheus' text format. What cannot be asked (no database) is left out, which is an alarm too."""
    _forget_the_dead()
    registry = CollectorRegistry()
    multiprocess.MultiProcessCollector(registry)
    waits = CollectorRegistry()
    seconds = Gauge("ioc_queue_age_seconds", "How long the oldest entry of a queue waits.", ["queue"], registry=waits)
    for name, oldest in ages.items():
        with suppress(Exception):
            since = oldest()
            seconds.labels(name).set(max(0.0, (now - since).total_seconds()) if since else 0)
    return generate_latest(registry) + generate_latest(waits)


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
