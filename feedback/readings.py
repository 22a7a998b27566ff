"""Every reading of what citizens said or who they are leaves a row: contact data revealed, a list taken as a file, an
answer of the API. The only writer of `Reading`; one insert per answer, before it leaves, so that nothing is read
unseen."""

from datetime import datetime, timedelta

from django.conf import settings
from django.db import connection
from django.utils import timezone, translation

from accounts.actors import Actor
from feedback.models import Reading, Ticket
from hcmc_ioc.lib import requests

LONGEST = 500  # characters of what was asked
Kind = Reading.Kind
# Written out: a row of the ORM's takes twice as long, and the API writes one per answer.
WRITE = """INSERT INTO feedback_reading
    (kind, actor_kind, actor_ref, user_id, ticket_id, reason, asked, rows, address, at)
    VALUES (%s, %s, %s, %s, %s, %s, %s, %s, %s, %s)"""


def note(actor: Actor, kind: Reading.Kind, *, ticket: Ticket | None = None, reason: str = "", asked: str = "",
         rows: int | None = None) -> None:
    """`asked` in the words of the city's people, for whoever reads the log; from where comes with the request."""
    row = (kind, actor.kind, actor.own_ref, actor.user and actor.user.pk, ticket and ticket.pk, reason,
           asked.replace("\0", "")[:LONGEST], rows, requests.asker() or None, timezone.now())
    with connection.cursor() as cursor:
        cursor.execute(WRITE, row)


def in_words(what: str, narrowed) -> str:
    """A list as it is named: what it is of, and by what it was narrowed (`TicketFilter`)."""
    with translation.override("vi"):
        return " · ".join([str(what), *(f"{name}: {value}" for name, value, _without in narrowed.described())])


def forget(now: datetime) -> int:
    """Rows beyond their time; returns how many."""
    kept = timedelta(days=max(1, settings.READINGS_KEPT_DAYS))
    return Reading.objects.filter(at__lt=now - kept).delete()[0]
