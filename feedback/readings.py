"""Every reading of what citizens said or who they are leaves a row: contact data revealed, a list taken as a file, an
answer of the API. The only writer of `Reading`; one insert per answer, before it leaves, so that nothing is read
unseen."""

from datetime import datetime, timedelta

from django.conf import settings
from django.utils import translation

from accounts.actors import Actor
from feedback.models import Reading, Ticket
from hcmc_ioc.lib import requests

LONGEST = 500  # characters of what was asked
Kind = Reading.Kind


def note(actor: Actor, kind: Reading.Kind, *, ticket: Ticket | None = None, reason: str = "", asked: str = "",
         rows: int | None = None) -> None:
    """`asked` in the words of the city's people, for whoever reads the log; from where comes with the request."""
    Reading.objects.create(
        kind=kind, actor_kind=actor.kind, actor_ref=actor.own_ref, user=actor.user, ticket=ticket, reason=reason,
        asked=asked.replace("\0", "")[:LONGEST], rows=rows, address=requests.asker() or None,
    )


def in_words(what: str, narrowed) -> str:
    """A list as it is named: what it is of, and by what it was narrowed (`TicketFilter`)."""
    with translation.override("vi"):
        return " · ".join([str(what), *(f"{name}: {value}" for name, value, _without in narrowed.described())])


def forget(now: datetime) -> int:
    """Rows beyond their time; returns how many."""
    kept = timedelta(days=max(1, settings.READINGS_KEPT_DAYS))
    return Reading.objects.filter(at__lt=now - kept).delete()[0]
