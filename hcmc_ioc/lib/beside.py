"""What another app has to say beside a thing that it knows and the page's own app does not: an explanation beside a
figure, a directive beside a report of citizens. Apps above register; pages below ask, and know none of them."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any


@dataclass(frozen=True)
class Remark:
    """One line: `words` with where it leads; `more` in small letters below; `tone` as pills have them."""

    words: str
    url: str
    more: str = ""
    tone: str = "info"
    icon: str = "flag"


@dataclass(frozen=True)
class Figure:
    """Which figure a page shows: an indicator, a unit (None: the city), the start of its period, how it reads."""

    indicator_id: int
    unit_id: int | None
    start: datetime
    shown: str = ""


figures: list[Callable[[list[Figure]], dict[Figure, list[Remark]]]] = []  # for everybody who sees the figures
tickets: list[Callable[[Any, int], list[Remark]]] = []  # for this actor, about the report with this id


def about_figures(asked: list[Figure]) -> dict[Figure, list[Remark]]:
    """Every remark on these figures, by the figure; those without are left out."""
    found: dict[Figure, list[Remark]] = {}
    for ask in figures:
        for figure, remarks in ask(asked).items():
            found.setdefault(figure, []).extend(remarks)
    return found


def about_ticket(actor: Any, ticket_id: int) -> list[Remark]:
    return [remark for ask in tickets for remark in ask(actor, ticket_id)]
