"""The rows of 1022: tickets and what belongs to them; lists that people keep."""

from feedback.models.journal import FactChange, JournalEntry
from feedback.models.lists import FilePiece, ListFile, SavedView
from feedback.models.personal import Draft, Reading
from feedback.models.tickets import (
    CatalogueRow,
    Category,
    Channel,
    DatedRule,
    DeadlineRule,
    EventText,
    Promise,
    Reporter,
    RoutingRule,
    Ticket,
    TicketEvent,
    TicketSearch,
    Urgency,
)

__all__ = [
    "CatalogueRow",
    "Category",
    "Channel",
    "DatedRule",
    "DeadlineRule",
    "Draft",
    "EventText",
    "FactChange",
    "FilePiece",
    "JournalEntry",
    "ListFile",
    "Promise",
    "Reading",
    "Reporter",
    "RoutingRule",
    "SavedView",
    "Ticket",
    "TicketEvent",
    "TicketSearch",
    "Urgency",
]
