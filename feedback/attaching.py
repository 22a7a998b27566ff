"""Files beside a report of citizens: whoever sees it reads them, whoever may write a note there adds them."""

from django.urls import reverse

from accounts.actors import Actor
from attachments import owners
from feedback import access
from feedback.models import Ticket

KIND = "ticket"


def register() -> None:
    owners.register(KIND, owners.Owner(_find, _may_add, _url))


def _find(actor: Actor, pk: int) -> Ticket | None:
    return Ticket.objects.visible_to(actor).filter(pk=pk).first()


def _may_add(actor: Actor, ticket: Ticket) -> bool:
    return any(move.verb == "note" for move in access.legal_moves(actor, ticket))


def _url(ticket: Ticket) -> str:
    return f"{reverse('ticket', args=[ticket.code])}#tep-ticket-{ticket.pk}"
