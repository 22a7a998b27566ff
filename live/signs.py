"""Signs of life: when each part of the background last did its work. Rows, so that they outlive Valkey.

* `beat`, `worker`: the process lives (a thread of it says so every five seconds);
* `tick`, `fold`: the work was done, so all that it takes is alive: beat sent it, Valkey brought it, the worker did it;
* `backup`: the city was backed up; nobody calls that late but whoever watches the metrics.
"""

import logging
import threading
from datetime import datetime

from django.db import connections
from django.utils import timezone

from live.models import Sign

EVERY = 5.0  # seconds between two signs; also how often beat sends `tick` and `fold`
LATE = 30  # seconds after which a part is told to be still
PARTS = ("beat", "worker", "tick", "fold")
log = logging.getLogger(__name__)


def leave(name: str) -> None:
    """`name` lives now."""
    row = Sign(name=name, at=timezone.now())
    Sign.objects.bulk_create([row], update_conflicts=True, unique_fields=["name"], update_fields=["at"])


def last(name: str) -> datetime | None:
    return Sign.objects.filter(name=name).values_list("at", flat=True).first()


def ages(now: datetime | None = None) -> dict[str, int | None]:
    """How many seconds ago each part last gave a sign; None where it never did."""
    seen, now = dict(Sign.objects.values_list("name", "at")), now or timezone.now()
    return {name: max(0, int((now - seen[name]).total_seconds())) if name in seen else None for name in PARTS}


def is_late(age: int | None) -> bool:
    return age is None or age > LATE


def keep_leaving(name: str) -> threading.Thread:
    """Leave a sign every few seconds from a thread of its own, for as long as this process lives."""

    def run() -> None:
        pause = threading.Event()
        while not pause.wait(EVERY):
            try:
                leave(name)
            except Exception:  # noqa: BLE001 - an outage; the sign that is missing says so
                log.warning("no sign of life left", exc_info=True)
            finally:
                connections.close_all()

    thread = threading.Thread(target=run, name=f"sign of {name}", daemon=True)
    thread.start()
    return thread
