"""What citizens say of answers: each unit that answered a report has one rating of it, the worst that it was given, on
the day on which it was given. Pure, as `lifecycle`, which calls it.

The worst of all stands in the columns of the ticket; those of other units in `other_ratings`.
"""

from datetime import datetime

from feedback.models import Ticket
from feedback.rules.promises import iso

Rating = tuple[datetime, int]  # when, of five


def ratings(ticket: Ticket) -> dict[int, Rating]:
    """Of each unit that answered."""
    found = {}
    if ticket.rated_at is not None and ticket.score is not None:
        found[ticket.rated_unit_id or ticket.unit_id] = (ticket.rated_at, ticket.score)
    for unit_id, at, score in ticket.other_ratings or []:
        found[unit_id] = (datetime.fromisoformat(at), score)
    return found


def may_be_rated(ticket: Ticket, score: int = 1) -> bool:
    """An answer stands, and nobody has rated it, or not as low: who was content first may be disappointed later."""
    if ticket.resolved_at is None:
        return False
    rated_at, lowest = ratings(ticket).get(ticket.unit_id, (None, 0))
    return rated_at is None or rated_at < ticket.resolved_at or score < lowest


def rate(ticket: Ticket, score: int, at: datetime) -> None:
    """A second answer of a unit wipes no star of it out, and moves none into another month."""
    found = ratings(ticket)
    if ticket.unit_id not in found or score < found[ticket.unit_id][1]:
        found[ticket.unit_id] = (at, score)
    _keep(ticket, found)


def forget(ticket: Ticket, unit_id: int) -> None:
    """Stars that a unit earned with its own record, when it becomes a report like any other."""
    _keep(ticket, {unit: rating for unit, rating in ratings(ticket).items() if unit != unit_id})


def _keep(ticket: Ticket, found: dict[int, Rating]) -> None:
    worst_first = sorted(found.items(), key=lambda item: (item[1][1], item[1][0]))
    ticket.rated_at = ticket.score = ticket.rated_unit_id = ticket.other_ratings = None
    for unit_id, (at, score) in worst_first[:1]:
        ticket.rated_unit_id, ticket.rated_at, ticket.score = unit_id, at, score
    if others := worst_first[1:]:
        ticket.other_ratings = [[unit_id, iso(at), score] for unit_id, (at, score) in others]
