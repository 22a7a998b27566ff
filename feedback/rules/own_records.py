"""What units record themselves: whose own record a ticket is (`recorded_by`), and when it is nobody's any more. Pure.

It is counted apart as long as it is one: no rate, no star, no handling time that units are compared by.
"""

from collections.abc import Iterable

from feedback.models import Promise, Ticket
from feedback.rules import promises, stars
from feedback.rules.rulebook import Rulebook


def hat_of(besides: Iterable[int], unit_id: int, book: Rulebook) -> int | None:
    """Of the units that somebody of the hotline works for besides the one for which they have just recorded something
    that goes to `unit_id`."""
    return next((hat for hat in besides if book.in_one_line(hat, unit_id)), None)


def is_of_the_hand(ticket: Ticket, besides: Iterable[int], book: Rulebook) -> bool:
    """Whether somebody of the hotline works besides for the unit whose own record this is: no other voice."""
    return ticket.recorded_by_id is not None and hat_of(besides, ticket.recorded_by_id, book) is not None


def keep_in_the_line(ticket: Ticket, book: Rulebook) -> None:
    """What a unit recorded and one above or below it answers is that one's own record."""
    recorded = ticket.recorded_by_id
    if recorded is not None and recorded != ticket.unit_id and book.in_one_line(recorded, ticket.unit_id):
        ticket.recorded_by_id = ticket.unit_id
        if ticket.rated_unit_id == recorded:  # its stars are its own still
            ticket.rated_unit_id = ticket.unit_id


def become_a_report(ticket: Ticket, owed: list[Promise]) -> None:
    """Somebody else reports it too: what a unit recorded itself is a report like any other from now on."""
    if ticket.recorded_by_id is None:
        return
    stars.forget(ticket, ticket.recorded_by_id)
    ticket.recorded_by_id = None
    for promise in owed:
        if not promises.is_settled(promise):
            promise.is_self_made = False
