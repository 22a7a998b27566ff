"""What open screens are told every few seconds, by socket or, where none gets through, by asking: that the link lives,
how true the figures are, and which versions their topics have."""

from collections.abc import Iterable

from django.conf import settings
from django.utils import timezone

from live import feed, signs, topics


def message(heard: Iterable[str]) -> dict:
    """`lag`: seconds that changes wait for the fold; `tick`: seconds since time alone was last looked at (what became
    overdue), None when never; `day`: the city's today."""
    now = timezone.now()
    return {
        "t": "hb",
        "now": now.isoformat(),
        "day": timezone.localdate(now).isoformat(),
        "versions": topics.versions(heard),
        "lag": feed.screen_lag(now),
        "tick": signs.ages(now)["tick"],
        "build": settings.BUILD_ID,
    }
