"""Changes in the order in which they became known: a taker of the feed that numbers them.

Timestamps do not follow the order of commits, and ids of transactions begin anew after a restore. Here one taker at a
time gives numbers, under the feed's lock and in one transaction each, so whoever has read up to a number has read all
that is before it. Entries are kept for ninety days.
"""

import base64
import binascii
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import connection

from feedback.models import JournalEntry
from live.feed import Change

KEPT = timedelta(days=90)
NAME = "journal"

_WRITE = """
    INSERT INTO feedback_journalentry
        (number, ticket_id, version, unit_before_id, unit_after_id, area_before_id, area_after_id, stamp, at)
    SELECT (SELECT coalesce(max(number), 0) FROM feedback_journalentry) + row_number() OVER (ORDER BY event.id),
           event.ticket_id, event.version, earlier.unit_id, event.unit_id,
           coalesce(known.area_after_id, ticket.area_id), ticket.area_id, floor(random() * 2147483647)::int, now()
    FROM feedback_ticketevent AS event
    JOIN feedback_ticket AS ticket ON ticket.id = event.ticket_id
    LEFT JOIN LATERAL (
        SELECT unit_id FROM feedback_ticketevent AS past
        WHERE past.ticket_id = event.ticket_id AND past.version < event.version ORDER BY past.version DESC LIMIT 1
    ) AS earlier ON true
    LEFT JOIN LATERAL (
        SELECT area_after_id FROM feedback_journalentry AS past
        WHERE past.ticket_id = event.ticket_id ORDER BY past.number DESC LIMIT 1
    ) AS known ON true
    WHERE event.id = ANY(%s)
"""


class Unknown(Exception):
    """The cursor is older than what is kept, or of another history: everything must be read again."""


@dataclass(frozen=True)
class Cursor:
    """A place in the journal: behind the entry with this number and stamp."""

    number: int = 0
    stamp: int = 0

    def encoded(self) -> str:
        return base64.urlsafe_b64encode(f"{self.number}.{self.stamp}".encode()).decode().rstrip("=")

    @classmethod
    def read(cls, text: str) -> "Cursor":
        """ValueError for what is none."""
        try:
            number, _dot, stamp = base64.urlsafe_b64decode(text + "=" * (-len(text) % 4)).decode().partition(".")
            found = cls(int(number), int(stamp))
        except (binascii.Error, UnicodeDecodeError) as wrong:
            raise ValueError(text) from wrong
        if not 0 <= found.number < 2**63:
            raise ValueError(text)
        return found


def write(changes: Sequence[Change]) -> None:
    """The taker's work. Events of one batch are in the order of their ids."""
    with connection.cursor() as cursor:
        cursor.execute(_WRITE, [[change.object_id for change in changes]])


def end() -> Cursor:
    """Where the next change will come."""
    last = JournalEntry.objects.order_by("-number").values_list("number", "stamp").first()
    return Cursor(*last) if last else Cursor()


def after(cursor: Cursor, most: int) -> list[JournalEntry]:
    """The entries behind `cursor`, at most so many; `Unknown` where it leads nowhere."""
    if cursor.number:
        if not JournalEntry.objects.filter(number=cursor.number, stamp=cursor.stamp).exists():
            raise Unknown
    elif (first := JournalEntry.objects.order_by("number").values_list("number", flat=True).first()) and first > 1:
        raise Unknown
    return list(JournalEntry.objects.filter(number__gt=cursor.number).order_by("number")[:most])


def forget(now: datetime) -> int:
    """Entries older than ninety days, but never the last one: the next number follows from it."""
    old = JournalEntry.objects.filter(at__lt=now - KEPT, number__lt=end().number)
    return old.delete()[0]
