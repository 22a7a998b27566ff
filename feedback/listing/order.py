"""The order of a list and its pages: by a column and the id behind it, from a place that the address names (keyset).

So page 400 costs what page 1 does, and a row that comes in between moves nobody to another page.

A row without a date stands as if its date were still to come: last when the oldest come first, else first.
"""

import base64
import binascii
import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import Q, QuerySet

EMPTY_IN_INDEX = {"due_at"}  # with this order they are read from its index until there are enough; of others by the id


@dataclass(frozen=True)
class Order:
    """By `column`, ascending or not. `never_empty` says that every row has a value."""

    column: str
    descending: bool = False
    never_empty: bool = False

    def reversed(self) -> "Order":
        return Order(self.column, not self.descending, self.never_empty)

    def key(self, row: Any) -> tuple:
        """Sorts rows of several queries as the database does."""
        value = value_of(row, self.column)
        return (value is None, 0 if value is None else value, row.pk)


@dataclass(frozen=True)
class Place:
    """A row's place in an order; a page goes on behind it."""

    value: Any
    pk: int

    def encoded(self) -> str:
        value = self.value.isoformat() if isinstance(self.value, datetime) else self.value
        return base64.urlsafe_b64encode(json.dumps([value, self.pk]).encode()).decode().rstrip("=")

    @classmethod
    def read(cls, text: str, is_moment: bool) -> "Place | None":
        """The place that an address names; None where it names none."""
        try:
            value, pk = json.loads(base64.urlsafe_b64decode(text + "=" * (-len(text) % 4)))
            if is_moment and value is not None:
                value = datetime.fromisoformat(value)
                is_known = value.tzinfo is not None
            else:
                is_known = value is None or (type(value) is int and abs(value) < 2**31)
            return cls(value, pk) if is_known and type(pk) is int and abs(pk) < 2**63 else None
        except (ValueError, TypeError, binascii.Error, RecursionError):
            return None


def value_of(row: Any, column: str) -> Any:
    for name in column.split("__"):
        row = getattr(row, name)
    return row


def slices(rows: QuerySet, order: Order, after: Place | None) -> Iterator[QuerySet]:
    """`rows` behind `after` in that order, in one or two queries that an index answers each."""
    column, down = order.column, order.descending
    by_value = rows.order_by(f"-{column}" if down else column, "-pk" if down else "pk")
    if order.never_empty:
        yield by_value if after is None else by_value.filter(_behind(order, after))
        return
    by_id = rows.order_by("-pk" if down else "pk")
    empty = (by_value if column in EMPTY_IN_INDEX else by_id).filter(**{column: None})
    filled = by_value.filter(**{f"{column}__isnull": False})
    if after is not None and after.value is None:
        empty = empty.filter(**{"pk__lt" if down else "pk__gt": after.pk})
    elif after is not None:
        filled = filled.filter(_behind(order, after))
    if down and (after is None or after.value is None):
        yield empty
    if down or after is None or after.value is not None:
        yield filled
    if not down:
        yield empty


def _behind(order: Order, after: Place) -> Q:
    """The first condition lets an index begin at the place, the second one takes what has the same value."""
    column, than, pk = order.column, ("lt" if order.descending else "gt"), after.pk
    return Q(**{f"{column}__{than}e": after.value}) & (
        Q(**{f"{column}__{than}": after.value}) | Q(**{f"pk__{than}": pk})
    )


def take(parts: list[QuerySet], order: Order, after: Place | None, wanted: int,
         fetch: Callable[[QuerySet, int], list] = lambda rows, n: list(rows[:n])) -> list:
    """The first `wanted` rows behind `after` of all parts together."""
    found = []
    for part in parts:
        of_part: list = []
        for rows in slices(part, order, after):
            if len(of_part) < wanted:
                of_part += fetch(rows, wanted - len(of_part))
        found += of_part
    if len(parts) > 1:
        found.sort(key=order.key, reverse=order.descending)
    return found[:wanted]
