"""The verbs of `feedback.actions` over many tickets at once, for imports and the demo.

A `Story` is lived in memory through `rules.lifecycle`, by the same rules as a single verb, and written with thousands
of others by COPY. A test proves that both ways leave identical rows. Whole batches are one transaction each.
"""

import gc
import io
import json
import re
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from functools import lru_cache
from itertools import islice
from typing import Any

from django.conf import settings
from django.core.exceptions import PermissionDenied
from django.db import connection, models, transaction

from accounts.actors import Actor
from feedback import reporters
from feedback.models import EventText, FactChange, Promise, Reporter, Ticket, TicketEvent
from feedback.rules import facts, lifecycle
from feedback.rules.lifecycle import Intake, Lifecycle
from feedback.rules.rights import verbs_of
from feedback.rules.rulebook import Rulebook
from hcmc_ioc.lib import crypto
from live import feed


@dataclass
class Story:
    """One ticket's life so far, not yet written."""

    life: Lifecycle
    reporter: dict = field(default_factory=dict)  # name, phone (E.164), email; each optional
    joined: list[tuple[dict, datetime]] = field(default_factory=list)  # further reporters, and when
    merged_into: "Story | None" = None

    @classmethod
    def open(cls, intake: Intake, *, book: Rulebook, actor: Actor, recorded_at: datetime | None = None,
             reporter: dict | None = None) -> "Story":
        """Like `actions.open_ticket`; the code is given when the story is written."""
        life = lifecycle.begin(
            intake, code="", actor=actor, recorded_at=recorded_at or intake.occurred_at, book=book
        )
        return cls(life, reporter or {})

    def then(self, verb: str, at: datetime, *, book: Rulebook, actor: Actor, recorded_at: datetime | None = None,
             **given) -> "Story":
        """Like the verb of `actions`; raises `workflow.IllegalMove` and leaves the story as it was."""
        lifecycle.apply(self.life, verb, at=at, actor=actor, given=given, book=book, recorded_at=recorded_at)
        if verb == "join":
            self.joined.append((given["reporter"], at))
        return self

    def merge_into(self, target: "Story", at: datetime, *, book: Rulebook, actor: Actor) -> "Story":
        """Like `actions.merge`, into a story that is written in the same `write`."""
        self.then("merge", at, book=book, actor=actor, target=target.life.ticket)
        target.then("absorb", at, book=book, actor=actor, part=self.life.ticket)
        _put_in_order(target.life.steps)
        self.merged_into = target
        return self


def _put_in_order(steps: list) -> None:
    """The last step, told after what came later, in its place by time; it changes neither state nor unit."""
    told = steps.pop()
    place = next((n for n, step in enumerate(steps) if step.columns["at"] > told.columns["at"]), len(steps))
    before = steps[place - 1].columns
    told.columns |= {"state_before": before["state_after"], "state_after": before["state_after"],
                     "unit_id": before["unit_id"]}
    steps.insert(place, told)
    for version, step in enumerate(steps, 1):
        step.columns["version"] = version


@transaction.atomic
def write(stories: Iterable[Story], *, job: Actor, zone, wake: bool = True,
          meanwhile: Callable[[], None] = lambda: None) -> int:
    """Write all `stories` in one transaction; returns how many. `zone` is the city's, for the month in the codes.

    The job is asked once whether it may use all these verbs (`PermissionDenied`); who acted in the past is not asked
    step by step. `meanwhile` is called once, while PostgreSQL still takes the rows: it may ask the database nothing.
    """
    stories = list(stories)
    if not stories:
        meanwhile()
        return 0
    if not {step.columns["verb"] for story in stories for step in story.life.steps} <= verbs_of(job):
        raise PermissionDenied
    _prepare()
    _number(stories, zone)
    event_ids = _ids(TicketEvent, sum(len(story.life.steps) for story in stories))
    with _copying() as copy:
        copy(Ticket, (vars(s.life.ticket) for s in stories))
        copy(Promise, (vars(p) for s in stories for p in s.life.promises))
        events, texts = _events(stories, event_ids)
        copy(TicketEvent, events)
        copy(EventText, texts)
        copy(FactChange, (_change(s) for s in stories), without_id=True)
        copy(Reporter, (row for s in stories for row in _reporters(s)), without_id=True)
        links = ({"ticket_id": s.life.ticket.pk, "unit_id": u} for s in stories for u in s.life.coordinating_ids)
        copy(Ticket.coordinating.through, links, without_id=True)
        with connection.execute_wrapper(_refused):
            meanwhile()
    feed.hand("ticket", _latest(events), is_history=True, wake=wake)
    return len(stories)


def _refused(execute, sql, params, many, context):
    """The one connection is busy with COPY until the end; a question to it would wait for ever."""
    raise RuntimeError(f"asked while rows are copied: {sql}")


def _prepare() -> None:
    """Foreign keys are checked by each COPY, while the next table is made ready. And this commit need not wait for the
    disk: what follows a bulk (the fold, the end of an import) does, and with it everything before it. After a crash in
    between the batch is missing as a whole and is written again."""
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE; SET LOCAL synchronous_commit TO off")


def _number(stories: list[Story], zone) -> None:
    """Ids and codes for tickets and promises from the sequences."""
    prefix = settings.CITY["ticket_prefix"]
    numbers = _sequence("ticket_number", len(stories))
    for story, pk, number in zip(stories, _ids(Ticket, len(stories)), numbers, strict=True):
        ticket = story.life.ticket
        ticket.pk = pk
        ticket.code = lifecycle.ticket_code(prefix, number, ticket.recorded_at.astimezone(zone))
    for story in stories:
        if story.merged_into:
            _name_target(story, story.merged_into.life.ticket)
    promises = [(p, s.life.ticket.pk) for s in stories for p in s.life.promises]
    for (promise, ticket_id), pk in zip(promises, _ids(Promise, len(promises)), strict=True):
        promise.pk, promise.ticket_id = pk, ticket_id


def _name_target(story: Story, target: Ticket) -> None:
    """A merge that was told before its tickets had ids and codes."""
    story.life.ticket.merged_into_id = target.pk
    for step in story.life.steps:
        if step.columns["verb"] == "merge":
            step.columns["data"]["into"] = target.code
    told = [step for step in story.merged_into.life.steps if step.columns["verb"] == "absorb"]
    next(s for s in told if not s.columns["data"]["part"]).columns["data"]["part"] = story.life.ticket.code


def _events(stories: list[Story], ids: list[int]) -> tuple[list[dict], list[dict]]:
    steps = [(step, s.life.ticket.pk) for s in stories for step in s.life.steps]
    events, texts = [], []
    for (step, ticket_id), pk in zip(steps, ids, strict=True):
        events.append(step.columns | {"id": pk, "ticket_id": ticket_id})
        if step.words:
            texts.append({"event_id": pk, "words": step.words, "is_public": step.is_public})
    return events, texts


def _latest(events: list[dict]) -> list[int]:
    """Of history only each ticket's last event is handed over: who takes history wants to know what there is now."""
    return list({event["ticket_id"]: event["id"] for event in events}.values())


def _ids(model: type[models.Model], count: int) -> list[int]:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_get_serial_sequence(%s, 'id')", [model._meta.db_table])
        return _sequence(cursor.fetchone()[0], count)


def _sequence(name: str, count: int) -> list[int]:
    with connection.cursor() as cursor:
        cursor.execute("SELECT nextval(%s) FROM generate_series(1, %s)", [name, count])
        return [row[0] for row in cursor.fetchall()]


def _change(story: Story) -> dict:
    ticket = story.life.ticket
    after = facts.of(ticket, story.life.promises)
    return {"ticket_id": ticket.pk, "before": None, "after": after, "at": ticket.recorded_at}


def _reporters(story: Story) -> Iterable[dict]:
    ticket = story.life.ticket
    if any(story.reporter.values()):
        yield reporters.columns(ticket, story.reporter, ticket.recorded_at, is_first=True)
    for given, at in story.joined:
        yield reporters.columns(ticket, given, at, is_first=False)


# --- COPY -------------------------------------------------------------------------------------------------------

_ESCAPES = str.maketrans({"\\": "\\\\", "\n": "\\n", "\r": "\\r", "\t": "\\t"})
_has_escapes = re.compile(r"[\\\n\r\t]").search  # most texts have none, and translating is slow
NULL = "\\N"
_to_json = json.JSONEncoder(ensure_ascii=False).encode
_moment = lru_cache(maxsize=10_000)(str)  # the rows of a life name the same few moments, and writing one is slow
PIECE = 500  # rows of a COPY: PostgreSQL takes the first while the others are made
AT_ONCE = 2**24  # bytes read for PostgreSQL: each read of a piece waits until the busy thread lets go of Python


def _words(value: str) -> str:
    return value.translate(_ESCAPES) if _has_escapes(value) else value


def _json(value) -> str:
    return _words(_to_json(value))


def _format_of(column: models.Field):
    if isinstance(column, models.JSONField):
        return _json
    if isinstance(column, crypto.EncryptedTextField):
        return crypto.encrypt
    if isinstance(column, models.CharField | models.TextField):
        return _words
    if isinstance(column, models.DateTimeField):
        return _moment
    return str  # numbers, booleans, UUIDs: nothing in them needs escaping


@contextmanager
def _copying():
    """A function that copies rows into a table; PostgreSQL takes them while those of the next table are made ready.

    One after the other in one thread; the connection is used by nobody else until the end. What goes wrong in a COPY is
    raised there, with the transaction.
    """
    with ThreadPoolExecutor(1) as copier:
        jobs = []

        def copy(model: type[models.Model], rows: Iterable[dict], *, without_id: bool = False) -> None:
            for statement, lines in _pieces(model, rows, without_id):
                jobs.append(copier.submit(connection.connection.cursor().copy_expert, statement, lines, AT_ONCE))

        yield copy
        with connection.wrap_database_errors:
            for job in jobs:
                job.result()


def _pieces(model: type[models.Model], rows: Iterable[dict], without_id: bool) -> Iterator[tuple[str, io.BytesIO]]:
    """The statement and the text of COPY, as often as needed, for rows given as {attribute: value}. Generated columns
    are the database's, and so are ids if asked."""
    columns = [c for c in model._meta.concrete_fields if not c.generated and not (without_id and c.primary_key)]
    plan = [(c.attname, _format_of(c)) for c in columns]
    statement = f"COPY {model._meta.db_table} ({', '.join(c.column for c in columns)}) FROM STDIN"
    rows = iter(rows)
    while piece := list(islice(rows, PIECE)):
        told = [_told([row[name] for row in piece], form) for name, form in plan]
        lines = "\n".join(map("\t".join, zip(*told, strict=True)))
        yield statement, io.BytesIO(f"{lines}\n".encode())


def _told(values: list, form: Callable[[Any], str]) -> list[str]:
    """The values of a column as COPY reads them."""
    if values.count(None) == len(values):
        return [NULL] * len(values)
    if form is _words and not _has_escapes("".join(filter(None, values))):
        return [NULL if value is None else value for value in values]
    return [NULL if value is None else form(value) for value in values]


@contextmanager
def few_collections():
    """For long bulks: thousands of rows are alive at once and none of them in a cycle, so looking for cycles among them
    every few hundred rows only takes time (a tenth of it)."""
    usual = gc.get_threshold()
    gc.set_threshold(200_000, *usual[1:])
    try:
        yield
    finally:
        gc.set_threshold(*usual)


def known_sources(system: str, ids: Iterable[str]) -> set[str]:
    """Those of `ids` that were imported from `system` already."""
    return set(Ticket.objects.filter(source_system=system, source_id__in=list(ids)).values_list("source_id", flat=True))

