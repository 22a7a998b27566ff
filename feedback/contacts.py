"""Who reported a ticket: shown to those who may, and every look is written down (`readings`)."""

from django.core.exceptions import PermissionDenied
from django.utils.translation import gettext_lazy as _

from accounts.actors import Actor
from feedback import access, readings
from feedback.models import Reporter, Ticket

SHOWN = 60  # seconds for which contact data stays on a screen
REASONS = {
    "verify": _("Xác minh nội dung phản ánh"),
    "ask": _("Hỏi thêm người dân"),
    "answer": _("Trả lời kết quả cho người dân"),
    "direct": _("Theo chỉ đạo của lãnh đạo"),
}


def reveal(*, actor: Actor, ticket: Ticket, reason: str) -> list[Reporter]:
    """The reporters of `ticket` with their contact data; the look is logged with its reason (a key of `REASONS`)."""
    if not access.may(actor, "contact", ticket):
        raise PermissionDenied
    if reason not in REASONS:
        raise ValueError(f"unknown reason {reason!r}")
    readings.note(actor, readings.Kind.CONTACT, ticket=ticket, reason=reason, rows=1)
    return reporters_of(ticket)


def reporters_of(ticket: Ticket) -> list[Reporter]:
    """The first caller, those who joined, and those of what was merged into it; at most twenty. Who hides their name
    stays with their own ticket."""
    merged = ticket.merged.filter(hides_name=False).values_list("pk", flat=True)
    rows = list(Reporter.objects.filter(ticket_id__in=[ticket.pk, *merged]).order_by("-is_first", "joined_at")[:20])
    return sorted(rows, key=lambda row: row.ticket_id != ticket.pk)
