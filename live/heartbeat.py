"""What open screens are told every few seconds, by socket or, where none gets through, by asking: that the link lives,
how true the figures are, and which versions their topics have."""

from collections.abc import Iterable
from datetime import datetime

from django.conf import settings
from django.utils import timezone

from live import feed, signs, topics


def message(heard: Iterable[str]) -> dict:
    """`lag`: seconds that changes wait for the fold; `tick`: seconds since time alone was last looked at (what became
    overdue), None when never; `day`: the city's today."""
    versions, waits, ticked = topics.versions(heard), feed.screens_wait_since(), signs.last("tick")
    now = timezone.now()  # last of all: were we held up while asking, what we tell is as old as it is
    return {
        "t": "hb",
        "now": now.isoformat(),
        "day": timezone.localdate(now).isoformat(),
        "versions": versions,
        "lag": _seconds(waits, now) or 0,
        "tick": _seconds(ticked, now),
        "build": settings.BUILD_ID,
    }


def _seconds(since: datetime | None, now: datetime) -> int | None:
    return max(0, int((now - since).total_seconds())) if since else None
