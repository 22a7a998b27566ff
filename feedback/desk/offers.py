"""What the ticket page offers: which moves, which of them first, which are one click."""

from collections.abc import Callable
from datetime import datetime
from typing import Any

from feedback.models import Ticket
from feedback.rules import conditions, promises, stars
from feedback.rules.workflow import Move, State

# What the page offers first; every other legal move stands beside it.
FIRST = {
    State.NEW: "forward", State.RETURNED: "forward", State.FORWARDED: "accept", State.REOPENED: "accept",
    State.ACCEPTED: "start", State.IN_PROGRESS: "resolve", State.WAITING: "resume", State.RESOLVED: "close",
}
AT_ONCE = frozenset({"accept", "start", "close"})  # moves that ask nothing
KEYS = {"assign": "a", "resolve": "r", "forward": "f", "transfer": "t"}
COMPOSED = frozenset({"open", "note"})  # not among the buttons: one is how a ticket begins, one has its own field
REFUSALS = frozenset({"refuse_extension", "refuse_reopening"})  # the other answer to what somebody waits for
BESIDE = 3  # buttons beside the first; what is more is in a menu


def moves(page: Any, now: datetime) -> list[Move]:
    """Those of the legal moves of a `TicketPage` that there is something to make on; the verb itself asks again."""
    return [move for move in page.legal
            if move.verb not in COMPOSED and _REASONS.get(move.verb, _always)(page, now)]


def first(moves: list[Move], ticket: Ticket) -> Move | None:
    """What somebody waits for comes before what the state offers."""
    waited_for = {"extend"} if ticket.reopening_asked_at is None else {"extend", "reopen"}
    usual = {FIRST.get(State(ticket.state))}
    return next((move for verbs in (waited_for, usual) for move in moves if move.verb in verbs), None)


def split(others: list[Move]) -> tuple[list[Move], list[Move]]:
    """Those that are buttons, those in the menu: a menu of one entry would be as wide and one click more."""
    others = sorted(others, key=lambda move: move.verb not in REFUSALS)
    shown = BESIDE + (len(others) == BESIDE + 1)
    return others[:shown], others[shown:]


def _always(page, now):
    return True


def _extension_is_asked(page, now):
    return page.promise is not None and promises.is_asked(page.promise, now)


def _extension_may_be_asked(page, now):
    current = page.promise
    return current is not None and promises.runs(current, now) and current.extension_asked_at is None


def _something_is_late(page, now):
    return any(promises.may_be_withdrawn(p, now, page.book) for p in page.promises)


def _nobody_clarifies(page, now):
    return not any(p.kind == promises.CLARIFY and not promises.is_settled(p) for p in page.promises)


def _reopening_may_be_asked(page, now):
    return page.ticket.reopening_asked_at is None and conditions.may_come_back(page.ticket, now, page.book)


_REASONS: dict[str, Callable[[Any, datetime], bool]] = {
    "extend": _extension_is_asked, "refuse_extension": _extension_is_asked, "ask_extension": _extension_may_be_asked,
    "withdraw": _something_is_late, "clarify": _nobody_clarifies, "ask_reopening": _reopening_may_be_asked,
    "refuse_reopening": lambda page, now: page.ticket.reopening_asked_at is not None,
    "disclose": lambda page, now: page.ticket.hides_name and not page.ticket.is_disclosed,
    "unmerge": lambda page, now: page.ticket.merged_into_id is not None,
    "reopen": lambda page, now: page.ticket.merged_into_id is None,
    "rate": lambda page, now: stars.may_be_rated(page.ticket),
}
