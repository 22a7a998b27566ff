"""The verbs of `feedback.actions` over many tickets at once, for imports and the demo.

A `Story` is lived in memory through `feedback.lives`, by the same rules as a single verb, and written with thousands of
others by COPY. A test proves that both ways leave identical rows. Whole batches are one transaction each.
"""

import io
import json
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime

from django.conf import settings
from django.db import connection, models, transaction

from feedback import facets, lives
from feedback.actions import wake_folders
from feedback.lives import Actor, Intake, Life
from feedback.models import EventText, FactChange, Promise, Reporter, Ticket, TicketEvent
from feedback.rulebook import Rulebook
from hcmc_ioc.lib import crypto


@dataclass
class Story:
    """One ticket's life so far, not yet written."""

    life: Life
    reporter: dict = field(default_factory=dict)  # name, phone (E.164), email; each optional

    @classmethod
    def open(cls, intake: Intake, *, book: Rulebook, actor: Actor, recorded_at: datetime | None = None,
             reporter: dict | None = None) -> "Story":
        """Like `actions.open_ticket`; the code is given when the story is written."""
        life = lives.begin(
            intake, code="", actor=actor, recorded_at=recorded_at or intake.occurred_at, book=book
        )
        return cls(life, reporter or {})

    def then(self, verb: str, at: datetime, *, book: Rulebook, actor: Actor, recorded_at: datetime | None = None,
             **given) -> "Story":
        """Like the verb of `actions`; raises `workflow.IllegalMove` and leaves the story as it was."""
        lives.apply(self.life, verb, at=at, actor=actor, given=given, book=book, recorded_at=recorded_at)
        return self


@transaction.atomic
def write(stories: Iterable[Story], *, zone, wake: bool = True) -> int:
    """Write all `stories` in one transaction; returns how many. `zone` is the city's, for the month in the codes."""
    stories = list(stories)
    if not stories:
        return 0
    _number(stories, zone)
    tickets = [s.life.ticket for s in stories]
    promises = [p for s in stories for p in _owned(s.life.promises, s.life.ticket)]
    steps = [step for s in stories for step in s.life.steps]
    _take_ids(Promise, promises)
    _take_ids(TicketEvent, [step.event for step in steps])
    texts = [EventText(event_id=step.event.pk, words=step.words, is_public=step.is_public)
             for step in steps if step.words]
    changes = [FactChange(ticket_id=s.life.ticket.pk, after=facets.of(s.life.ticket, s.life.promises))
               for s in stories]
    reporters = [_reporter(s) for s in stories if any(s.reporter.values())]
    for model, rows in ((Ticket, tickets), (Promise, promises), (TicketEvent, [step.event for step in steps])):
        _copy(model, rows, with_id=True)
    for model, rows in ((EventText, texts), (FactChange, changes), (Reporter, reporters)):
        _copy(model, rows, with_id=model is EventText)
    _copy_coordinating(stories)
    if wake:
        transaction.on_commit(wake_folders, robust=True)
    return len(stories)


def _number(stories: list[Story], zone) -> None:
    """Ids and codes for all stories from the sequences, and the ticket's id into what belongs to it."""
    _take_ids(Ticket, [s.life.ticket for s in stories])
    prefix = settings.CITY["ticket_prefix"]
    for story, number in zip(stories, _sequence("ticket_number", len(stories)), strict=True):
        ticket = story.life.ticket
        ticket.code = lives.ticket_code(prefix, number, ticket.recorded_at.astimezone(zone))
        for step in story.life.steps:
            step.event.ticket_id = ticket.pk


def _owned(promises: list[Promise], ticket: Ticket) -> list[Promise]:
    for promise in promises:
        promise.ticket_id = ticket.pk
    return promises


def _take_ids(model: type[models.Model], rows: list) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_get_serial_sequence(%s, 'id')", [model._meta.db_table])
        sequence = cursor.fetchone()[0]
    for row, pk in zip(rows, _sequence(sequence, len(rows)), strict=True):
        row.pk = pk


def _sequence(name: str, count: int) -> list[int]:
    with connection.cursor() as cursor:
        cursor.execute("SELECT nextval(%s) FROM generate_series(1, %s)", [name, count])
        return [row[0] for row in cursor.fetchall()]


def _reporter(story: Story) -> Reporter:
    ticket, given = story.life.ticket, story.reporter
    phone = given.get("phone", "")
    return Reporter(
        ticket_id=ticket.pk, name=given.get("name", ""), phone=phone, email=given.get("email", ""),
        phone_digest=crypto.digest(phone, "phone"), tail_digest=crypto.digest(phone[-4:], "tail"),
        is_first=True, joined_at=ticket.recorded_at,
    )


# --- COPY -------------------------------------------------------------------------------------------------------

_ESCAPES = str.maketrans({"\\": "\\\\", "\n": "\\n", "\r": "\\r", "\t": "\\t"})


def _text(value) -> str:
    if value is None:
        return "\\N"
    if isinstance(value, str):
        return value.translate(_ESCAPES)
    if value is True or value is False:
        return "t" if value else "f"
    return str(value)


def _json(value) -> str:
    return "\\N" if value is None else json.dumps(value, ensure_ascii=False).translate(_ESCAPES)


def _encrypted(value: str) -> str:
    return crypto.encrypt(value)


def _writer(column: models.Field):
    if isinstance(column, models.JSONField):
        return _json
    if isinstance(column, crypto.EncryptedTextField):
        return _encrypted
    return _text


def _copy(model: type[models.Model], rows: list, *, with_id: bool) -> None:
    """COPY model instances; generated columns are the database's, ids too unless `with_id`."""
    if not rows:
        return
    columns = [c for c in model._meta.concrete_fields if not c.generated and (with_id or not c.primary_key)]
    plan = [(c.attname, _writer(c)) for c in columns]
    lines = ["\t".join([write(getattr(row, name)) for name, write in plan]) for row in rows]
    _send(model._meta.db_table, [c.column for c in columns], lines)


def _copy_coordinating(stories: list[Story]) -> None:
    through = Ticket.coordinating.through
    lines = [f"{s.life.ticket.pk}\t{unit}" for s in stories for unit in s.life.coordinating_ids]
    if lines:
        _send(through._meta.db_table, ["ticket_id", "unit_id"], lines)


def _send(table: str, columns: list[str], lines: list[str]) -> None:
    with connection.cursor() as cursor:
        cursor.copy_expert(
            f"COPY {table} ({', '.join(columns)}) FROM STDIN",  # noqa: S608 - names of our own tables
            io.StringIO("\n".join(lines) + "\n"),
        )


def known_sources(system: str, ids: Iterable[str]) -> set[str]:
    """Those of `ids` that were imported from `system` already."""
    return set(Ticket.objects.filter(source_system=system, source_id__in=list(ids)).values_list("source_id", flat=True))

