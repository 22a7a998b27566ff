"""`shelf("ticket", ticket)`: the files of a thing as a page shows them."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from accounts.requests import acting
from attachments import owners, storing
from attachments.forms import UploadForm
from attachments.models import Attachment
from hcmc_ioc.lib.templating import Library

register = Library()


@dataclass(frozen=True)
class Shelf:
    """The files of one thing, and what this person may do with them."""

    kind: str
    pk: int
    files: list[tuple[Attachment, bool]]  # with whether it may be taken away
    gone: list[Attachment]
    form: UploadForm | None  # where more may be added


@register.simple_tag(takes_context=True)
def shelf(context, kind: str, thing: Any) -> Shelf:
    """Of a thing that the page's reader sees."""
    return shelves(context, kind, [thing])[thing.pk]


@register.simple_tag(takes_context=True)
def shelves(context, kind: str, things: Iterable[Any]) -> dict[int, Shelf]:
    """Of many things of one kind, by their number, with one question to the database."""
    actor, owner, found = acting(context["request"]), owners.known(kind), {}
    things = list(things)
    rows = storing.of(kind, [thing.pk for thing in things])
    for thing in things:
        own = rows.get(thing.pk, [])
        there = [(row, owners.may_take_away(actor, owner, thing, row.user_id)) for row in own if row.gone_at is None]
        form = UploadForm(auto_id=f"files-{kind}-{thing.pk}-%s") if owner.may_add(actor, thing) else None
        found[thing.pk] = Shelf(kind, thing.pk, there, [row for row in own if row.gone_at], form)
    return found
