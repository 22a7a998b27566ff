"""One promise as a page tells it."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from feedback.models import Promise
from feedback.rules import promises


@dataclass(frozen=True)
class Duty:
    """A date that a unit owes: how it stands, by how much it is late, whether a later date was asked for."""

    promise: Promise
    verdict: str
    late_by: timedelta | None
    is_asked: bool
    is_lapsed: bool  # an extension was asked for and not decided before the date
    is_earlier: bool  # of a unit that answered before

    @classmethod
    def of(cls, promise: Promise, now: datetime, is_earlier: bool) -> "Duty":
        verdict = promises.verdict(promise, now)
        late_by = (promise.met_at or now) - promise.due_at if verdict is promises.Verdict.BROKEN else None
        is_asked = promises.is_asked(promise, now)
        is_lapsed = promise.extension_asked_at is not None and promise.extension_decided_at is None and not is_asked
        return cls(promise, verdict.value, late_by, is_asked, is_lapsed, is_earlier)
