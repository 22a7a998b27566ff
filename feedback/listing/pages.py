"""One page of a list: the rows that a filter names, in an order, from a place."""

from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from typing import Any

from django.db.models import QuerySet
from django.http import QueryDict
from django.urls import reverse
from django.utils.http import urlencode

from accounts.actors import Actor
from feedback import search
from feedback.listing.columns import COLUMNS, Row
from feedback.listing.filters import TicketFilter
from feedback.listing.order import Order, Place, take, value_of
from feedback.models import Promise, Ticket
from feedback.rules.rulebook import rulebook
from hcmc_ioc.lib import sql

PAGE = 50
COUNTED = (10_000, 1_000)  # where counting all would cost more than is `AFFORDED`; the last as it comes
AFFORDED = 20_000  # about a tenth of a second
LISTED = (  # what the columns show; the words of the report are not read
    "code", "title", "state", "is_open", "urgency", "address", "occurred_at", "due_at", "earlier_due_at", "paused_at",
    "resolved_at", "reopened_at", "rejected_at", "handling_minutes", "score", "reporter_count", "category_id",
    "unit_id", "area_id", "channel_id", "recorded_by_id", "assignee_id", "assignee__full_name", "assignee__username",
)


def order_of(text: str, narrowed: TicketFilter) -> Order:
    """The order that an address names (`due`, `-received`); by default what is asked for decides: open tickets by what
    burns first, others and promises by the newest."""
    column = COLUMNS.get(text.removeprefix("-"))
    if narrowed.per_row is not None:
        when = "withdrawn_at" if narrowed.per_row.date == "withdrawn" else "due_at"
        return Order(when, not text or text.startswith("-"), never_empty=True)
    if column is not None and column.sort:
        return Order(column.sort, text.startswith("-"), never_empty=column.sort == "occurred_at")
    if narrowed.given.get("state") == "open" or narrowed.given.get("late") in ("overdue", "due_soon", "late_before"):
        return Order("due_at")
    for name in ("resolved", "reopened", "rejected", "rated"):
        if f"{name}_from" in narrowed.given:
            return Order(f"{name}_at", descending=True)
    return Order("occurred_at", descending=True, never_empty=True)


class Listing:
    """The rows of a list for `actor`, as of `now`."""

    columns: tuple[str, ...] = LISTED  # of tickets, what is read

    def __init__(self, actor: Actor | None, narrowed: TicketFilter, now: datetime, sort: str = ""):
        self.actor, self.filter, self.now, self.sort = actor, narrowed, now, sort
        self.order = order_of(sort, narrowed)
        self.words = narrowed.given.get("q", "")

    @cached_property
    def codes(self) -> list[str]:
        """The codes that the words may mean; where there are any, they are no words."""
        return search.codes_in(self.words, self.now) if self.words and self.filter.per_row is None else []

    @property
    def _searches(self) -> bool:
        return bool(self.words) and self.filter.per_row is None and not self.codes

    def parts(self, *, paged: bool) -> list[QuerySet]:
        """Without an order, in parts that do not overlap."""
        if self.filter.per_row is not None:
            return [self.filter.promises(self.now)]
        parts = self.filter.tickets(self.now, paged=paged)
        return [part.filter(code__in=self.codes) for part in parts] if self.codes else parts

    def _fetch(self, rows: QuerySet, wanted: int) -> list:
        """Words that many tickets have are looked for among the newest first."""
        if not self._searches:
            return list(rows[:wanted])
        if self.order == Order("occurred_at", True, True):
            return rows.newest_matching(self.words, wanted, beginning=True)
        return list(rows.matching(self.words)[:wanted])

    def take(self, after: Place | None, wanted: int, *, backwards: bool = False) -> list:
        order = self.order.reversed() if backwards else self.order
        parts = [_with_columns(part, self.columns) for part in self.parts(paged=True)]
        found = take(parts, order, after, wanted, self._fetch)
        return found[::-1] if backwards else found

    def count(self, most: int | None = None) -> int:
        """How many rows there are in all; or up to `most` of each part, which is soon known."""
        parts = [part.matching(self.words) if self._searches else part for part in self.parts(paged=False)]
        return sum(part[:most].count() if most else part.count() for part in parts)

    def counted(self) -> tuple[int, bool]:
        """How many rows there are, and whether there are more than that: a list of millions is counted as far as the
        database expects it to take a tenth of a second, for a page shows the number beside fifty rows."""
        parts = [part.matching(self.words) if self._searches else part for part in self.parts(paged=False)]
        for most in (None, *COUNTED):
            statements = [_counting(part, most and most + 1) for part in parts]
            if most == COUNTED[-1] or sum(map(_cost, statements)) <= AFFORDED:
                break
        found = sum(sql.rows(*statement)[0][0] for statement in statements)
        return (found, False) if most is None or found <= most else (most, True)

    def place_of(self, row: Any) -> Place:
        return Place(value_of(row, self.order.column), row.pk)

    def rows(self, found: list) -> list[Row]:
        """What the columns ask of what was found."""
        book, of_promises = rulebook(), self.filter.per_row is not None
        if self.filter.given.get("per") == "first":  # of who missed it, whoever has the promise now
            for promise in found:
                promise.unit_id = promise.first_unit_id or promise.unit_id
        tickets = book.with_catalogue([row.ticket for row in found] if of_promises else found)
        owed = book.with_units(found) if of_promises else [None] * len(found)
        seen = self._visible(tickets)
        return [Row(ticket, promise, self.now, self._address(ticket) if ticket.pk in seen else "")
                for ticket, promise in zip(tickets, owed, strict=True)]

    def _visible(self, tickets: list[Ticket]) -> set[int]:
        """A unit's figures may count what lies with another one now: listed, but not to be opened."""
        pks = [ticket.pk for ticket in tickets]
        if self.actor is None or self.actor.scope is None:
            return set(pks)
        return set(Ticket.objects.visible_to(self.actor).filter(pk__in=pks).values_list("pk", flat=True))

    def _address(self, ticket: Ticket) -> str:
        address = reverse("ticket", args=[ticket.code])
        return address if self.filter.per_row else f"{address}?{self._way_back}"

    @cached_property
    def _way_back(self) -> str:
        return urlencode({"list": self.query})

    @cached_property
    def query(self) -> str:
        """Filter and order, as an address."""
        return "&".join(filter(None, (self.filter.query, f"sort={self.sort}" if self.sort else "")))


def _counting(part: QuerySet, most: int | None) -> sql.Statement:
    text, given = part.order_by().values("pk")[:most].query.sql_with_params()
    return f"SELECT count(*) FROM ({text}) AS counted", list(given)


def _cost(statement: sql.Statement) -> float:
    """What PostgreSQL expects a statement to cost, in its own measure (a page read is one)."""
    text, given = statement
    [[[plan]]] = sql.rows(f"EXPLAIN (FORMAT JSON) {text}", given)
    return plan["Plan"]["Total Cost"]


def _with_columns(rows: QuerySet, columns: tuple[str, ...]) -> QuerySet:
    if rows.model is Promise:
        listed = [f"ticket__{name}" for name in columns]
        return rows.select_related("ticket__assignee").defer(None).only(*PROMISED, *listed)
    return (rows.select_related("assignee") if "assignee_id" in columns else rows).only(*columns)


PROMISED = ("ticket_id", "kind", "unit_id", "made_at", "due_at", "first_due_at", "met_at", "paused_at", "withdrawn_at",
            "first_unit_id")


class Page(Listing):
    """The page of a list that an address names: `after` or `before` a place."""

    def __init__(self, actor: Actor, narrowed: TicketFilter, now: datetime, get):
        super().__init__(actor, narrowed, now, sort_in(get))
        is_moment = self.order.column.endswith("_at")
        self.after = Place.read(get.get("after", ""), is_moment) if get.get("after") else None
        self.before = Place.read(get.get("before", ""), is_moment) if get.get("before") else None

    @cached_property
    def _found(self) -> list:
        if self.before is not None:
            return self.take(self.before, PAGE + 1, backwards=True)
        return self.take(self.after, PAGE + 1)

    @cached_property
    def found(self) -> list:
        return self._found[-PAGE:] if self.before is not None else self._found[:PAGE]

    @property
    def is_tail(self) -> bool:
        """Whether the words may be the last digits of a phone number as well."""
        return len(self.words) == 4 and self.words.isdecimal()

    @property
    def hidden_fields(self) -> list[tuple[str, Any]]:
        """What a form beside the filters must not lose."""
        return [*self.filter.given.items(), *([("sort", self.sort)] if self.sort else [])]

    @cached_property
    def shown(self) -> list[Row]:
        return self.rows(self.found)

    @property
    def next(self) -> str:
        """The place behind which the next page begins; "" on the last one."""
        more = self.before is not None or len(self._found) > PAGE
        return self.place_of(self.found[-1]).encoded() if more and self.found else ""

    @property
    def previous(self) -> str:
        more = len(self._found) > PAGE if self.before is not None else self.after is not None
        return self.place_of(self.found[0]).encoded() if more and self.found else ""


@dataclass(frozen=True)
class Around:
    """A ticket's place in the list from which it was opened: the addresses of the list and of its neighbours."""

    back: str
    previous: str
    next: str


def around(actor: Actor, query: str, ticket: Ticket, now: datetime) -> Around | None:
    """Where `ticket` stands in the list of that address; None where the list is of promises, or of nothing."""
    get = QueryDict(query[:2000])
    narrowed = TicketFilter(actor, get, shown=False)
    listing = Listing(actor, narrowed, now, sort_in(get))
    if narrowed.per_row is not None:
        return None
    here = listing.place_of(ticket)
    before, after = (listing.take(here, 1, backwards=backwards) for backwards in (True, False))
    previous, following = (listing.rows(found)[0].address if found else "" for found in (before, after))
    return Around(f"{reverse('tickets')}?{listing.query}", previous, following)


def sort_in(get) -> str:
    """The order that an address names; "" where it names none that there is."""
    text = get.get("sort", "")
    column = COLUMNS.get(text.removeprefix("-"))
    return text if column is not None and column.sort else ""


