"""Changes in the order in which they became known: a taker of the feed that numbers them.

Timestamps do not follow the order of commits, and ids of transactions begin anew after a restore. Here one taker at a
time gives numbers, under the feed's lock and in one transaction each, so whoever has read up to a number has read all
that is before it. Entries are kept for ninety days.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta

from django.db import connection

from feedback.models import JournalEntry
from hcmc_ioc.lib.cursors import Cursor, Unknown
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
