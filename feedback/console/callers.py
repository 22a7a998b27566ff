"""Who calls: the earlier tickets of a phone number, for those who take calls."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from accounts.actors import Actor
from feedback.models import Reporter, Ticket
from hcmc_ioc.lib import crypto
from hcmc_ioc.lib.text import mask_name

SHOWN = 8
COUNTED = 100


@dataclass(frozen=True)
class Caller:
    phone: str  # E.164
    names: list[str]  # masked, latest first
    year: int  # reports in the last twelve months, at most COUNTED
    open: int
    tickets: list[Ticket]  # open ones first, then the newest


def by_phone(actor: Actor, phone: str, now: datetime) -> Caller:
    """What is known of the number `phone` (E.164), within the tickets whose contact data `actor` may read."""
    digest = crypto.digest(phone, "phone")
    lately = Reporter.objects.filter(phone_digest=digest).order_by("-joined_at")[:COUNTED]
    reports = list(lately.values_list("ticket_id", "joined_at", "name"))
    tickets = Ticket.objects.answered_by(actor).filter(pk__in=[pk for pk, _at, _name in reports])
    if actor.is_of_unit:
        tickets = tickets.exclude(hides_name=True, is_disclosed=False)  # that this number reported them is hidden too
    tickets = tickets.select_related("unit", "category__parent").defer("search", "body")
    shown = list(tickets.order_by("-is_open", "-occurred_at")[:COUNTED])
    known = {ticket.pk for ticket in shown}
    reports = [report for report in reports if report[0] in known]
    names = dict.fromkeys(mask_name(name) for _pk, _at, name in reports if name)
    year = sum(at >= now - timedelta(days=365) for _pk, at, _name in reports)
    return Caller(phone, list(names)[:3], year, sum(t.is_open for t in shown), shown[:SHOWN])
