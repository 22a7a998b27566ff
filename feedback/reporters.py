"""Who reported a ticket: the only writer of `Reporter`, called by the verbs in their transaction."""

from datetime import datetime

from feedback.models import Reporter, Ticket
from hcmc_ioc.lib import crypto, sql


def add(ticket: Ticket, given: dict, at: datetime, *, is_first: bool) -> None:
    """`given` holds `name`, `phone` (E.164), `email`, each optional; all of it is stored encrypted."""
    sql.together(sql.insert(Reporter, [columns(ticket, given, at, is_first=is_first)]))


def columns(ticket: Ticket, given: dict, at: datetime, *, is_first: bool) -> dict:
    """The row as column → value: the number is found again by the digests of itself and of its end."""
    phone = given.get("phone", "")
    return {
        "ticket_id": ticket.pk, "name": given.get("name", ""), "phone": phone, "email": given.get("email", ""),
        "phone_digest": crypto.digest(phone, "phone"), "tail_digest": crypto.digest(phone[-4:], "tail"),
        "is_first": is_first, "joined_at": at,
    }
