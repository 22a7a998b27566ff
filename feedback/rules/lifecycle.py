"""What a verb changes on a ticket, its promises and its history, without a database.

The single verbs (`feedback.actions`) and the bulk ones (`feedback.bulk`) both think here, so an import, the demo and
an operator's save obey the same rules. Rows are unsaved model instances; nothing here queries.
"""

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from functools import cache
from typing import Any

import h3.api.basic_int as h3
from django.db.models.base import ModelState
from django.utils.translation import gettext_lazy as _

from accounts.actors import Actor
from districts.calendar import move_by, working_minutes_between
from feedback.models import DeadlineRule, Promise, Ticket
from feedback.rules import workflow
from feedback.rules.rulebook import Rulebook
from feedback.rules.workflow import Clock, Move
from hcmc_ioc.lib.text import headline

COUNTER = "direct"  # the channel of what citizens bring to a unit itself
BY_RULE = "by rule"  # the promise follows the deadline rules (the default of an intake)


@dataclass(frozen=True)
class Intake:
    """What is known of a report when it arrives. Ids are of catalogue rows; `promise` is BY_RULE, a date, or None."""

    category_id: int
    channel_id: int
    body: str
    occurred_at: datetime
    address: str = ""
    lat: float | None = None
    lon: float | None = None
    area_id: int | None = None
    unit_source: str = ""
    near_border: bool = False
    urgency: str = "normal"
    needs_several: bool = False
    is_public: bool = True
    hides_name: bool = False
    title: str = ""
    unit_id: int | None = None  # chosen by hand (then `unit_reason` says why) or given by the source
    unit_reason: str = ""
    promise: object = BY_RULE
    source_system: str = ""
    source_id: str = ""

    @property
    def point(self) -> tuple[float, float] | None:
        """Latitude and longitude, where both are known."""
        return None if self.lat is None or self.lon is None else (self.lat, self.lon)


@dataclass(slots=True)
class Step:
    """One event with its words, not yet written; `columns` are those of `TicketEvent` that a step decides."""

    columns: dict
    words: str = ""
    is_public: bool = False


@dataclass
class Lifecycle:
    """A ticket with its promises (oldest first) and the steps taken since it was loaded or begun."""

    ticket: Ticket
    promises: list[Promise] = field(default_factory=list)
    steps: list[Step] = field(default_factory=list)
    coordinating_ids: tuple[int, ...] = ()

    @property
    def promise(self) -> Promise | None:
        """The promise that still runs, or None."""
        last = self.promises[-1] if self.promises else None
        return last if last and last.met_at is None and last.withdrawn_at is None else None


def ticket_code(prefix: str, number: int, at: datetime) -> str:
    """`PHA` + local year and month + eight digits, as the city's codes read (PHA230300003416). `at` is local."""
    return f"{prefix}{at:%y%m}{number:08d}"


def counter_channel(book: Rulebook) -> int:
    """The id of the channel of what citizens bring to a unit itself; `IllegalMove` in a city without one in use."""
    for channel in book.channels.values():
        if channel.code == COUNTER and channel.is_active:
            return channel.pk
    raise workflow.IllegalMove(
        _("Danh mục kênh tiếp nhận chưa có kênh “Trực tiếp tại cơ quan”. Báo quản trị hệ thống.")
    )


def at_the_counter(intake: Intake, book: Rulebook) -> Intake:
    """The same report as a unit's own people may record it: by its channel, routed and promised by rule."""
    return replace(intake, channel_id=counter_channel(book), unit_id=None, unit_reason="", promise=BY_RULE)


def begin(intake: Intake, *, code: str, actor: Actor, recorded_at: datetime, book: Rulebook) -> Lifecycle:
    """A new ticket: recorded, promised, and forwarded when a rule, a hand or the source names the unit."""
    at = intake.occurred_at
    ticket = _unsaved(
        Ticket, code=code, category_id=intake.category_id, channel_id=intake.channel_id, unit_id=book.unassigned_id,
        area_id=intake.area_id, unit_source=intake.unit_source, near_border=intake.near_border,
        title=intake.title or headline(intake.body), body=intake.body, address=intake.address,
        lat=intake.lat, lon=intake.lon, urgency=intake.urgency, needs_several=intake.needs_several,
        is_public=intake.is_public, hides_name=intake.hides_name, occurred_at=at, recorded_at=recorded_at,
        source_system=intake.source_system, source_id=intake.source_id, version=0,
        recorded_by_id=actor.own_unit_id if actor.is_of_unit else None,
    )
    set_cells(ticket)
    life = Lifecycle(ticket)
    routed = None
    if intake.unit_id is None:
        routed = book.route(category_id=intake.category_id, area_id=intake.area_id, urgency=intake.urgency, at=at)
    _promise(life, at, book, intake.promise, routed.unit_id if routed else intake.unit_id)
    _record(life, workflow.MOVES["open"], at, actor, {}, recorded_at)
    if routed or intake.unit_id:
        given: dict = {"unit": routed.unit_id if routed else intake.unit_id, "note": intake.unit_reason}
        if routed:
            given |= {"rule": routed.rule.code, "coordinating": routed.coordinating_ids}
        apply(life, "forward", at=at, actor=actor, given=given, book=book, recorded_at=recorded_at)
    return life


def apply(life: Lifecycle, verb: str, *, at: datetime, actor: Actor, given: dict, book: Rulebook,
          recorded_at: datetime | None = None) -> Step:
    """Make one move on `life` in place; raises `workflow.IllegalMove` and then has changed nothing."""
    move = workflow.check(verb, life.ticket.state, given)
    unit_before = life.ticket.unit_id
    _CLOCKS[move.clock](life, at, given, book)
    effect = _EFFECTS.get(verb)
    if effect:
        effect(life, at, given, book)
    if life.ticket.unit_id != unit_before and life.promise:
        _give_promise(life.promise, life.ticket)
    return _record(life, move, at, actor, given, recorded_at or at)


def _record(life: Lifecycle, move: Move, at: datetime, actor: Actor, given: dict, recorded_at: datetime) -> Step:
    ticket = life.ticket
    before = ticket.state if ticket.version else ""
    if move.target is not None:
        ticket.state = move.target.value
        ticket.is_open = move.target in workflow.OPEN
    ticket.version += 1
    ticket.due_at = life.promises[-1].due_at if life.promises else None
    data = {key: given[key] for key in ("rule", "unit", "assignee", "score", "changes", "seen") if given.get(key)}
    if move.clock in (Clock.START, Clock.RESUME, Clock.EXTEND) and ticket.due_at:
        data["due"] = ticket.due_at.isoformat()
    if move.verb == "merge":
        data["into"] = given["target"].code
    columns = {
        "verb": move.verb, "at": at, "recorded_at": recorded_at, "state_before": before, "state_after": ticket.state,
        "unit_id": ticket.unit_id, "actor_kind": actor.kind.value, "actor_id": actor.user.pk if actor.user else None,
        "actor_ref": actor.own_ref, "origin": actor.origin, "request_id": actor.request_id,
        "version": ticket.version, "data": data,
    }
    step = Step(columns, given.get("reply") or given.get("note") or "", bool(given.get("reply")))
    life.steps.append(step)
    return step


def _unsaved(model: Any, **columns) -> Any:
    """A new row with these columns, as `model(**columns)` makes it: defaults are asked per row, unknown names refused.

    Django's own way takes 100 µs for a ticket, this 6: without it an import misses its bar (docs/bench.md).
    """
    constants, makers, names = _defaults(model)
    if not columns.keys() <= names:
        raise TypeError(f"{model.__name__} has no column {', '.join(sorted(columns.keys() - names))}")
    row = model.__new__(model)
    row.__dict__.update(constants, _state=ModelState())
    row.__dict__.update({name: make() for name, make in makers.items() if name not in columns})
    row.__dict__.update(columns)
    return row


@cache
def _defaults(model) -> tuple[dict, dict, frozenset]:
    """The defaults of the columns: those that are the same for every row, those that are made for each; all names."""
    columns = [column for column in model._meta.concrete_fields if not column.generated]
    made = {column.attname: column.get_default for column in columns if callable(column.default)}
    constants = {c.attname: c.get_default() for c in columns if c.attname not in made}
    return constants, made, frozenset(column.attname for column in columns)


def set_cells(ticket: Ticket) -> None:
    """Fill the H3 cells from the point (resolution 9 and its parents)."""
    if ticket.lat is None or ticket.lon is None:
        ticket.cell_7 = ticket.cell_8 = ticket.cell_9 = None
        return
    ticket.cell_9 = h3.latlng_to_cell(ticket.lat, ticket.lon, 9)
    ticket.cell_8 = h3.cell_to_parent(ticket.cell_9, 8)
    ticket.cell_7 = h3.cell_to_parent(ticket.cell_9, 7)


# --- the clock --------------------------------------------------------------------------------------------------


def _promise(life: Lifecycle, at: datetime, book: Rulebook, promise: object, unit_id: int | None = None) -> None:
    """Make the citizen a promise at `at`: by the rules, or with the date that the source gives (None: no promise)."""
    ticket = life.ticket
    row = _unsaved(Promise, made_at=at, explanation={})
    if promise == BY_RULE:
        due = book.due(
            DeadlineRule.Kind.RESULT, category_id=ticket.category_id, urgency=ticket.urgency,
            needs_several=ticket.needs_several, start=at, unit_id=unit_id or ticket.unit_id,
        )
        if due is None:
            return
        row.rule_id, row.due_at, row.explanation = due.rule.pk, due.at, due.explanation
    elif promise is None:
        return
    else:
        row.due_at, row.explanation = promise, {"given": "source"}
    _give_promise(row, ticket)
    life.promises.append(row)


def _give_promise(promise: Promise, ticket: Ticket) -> None:
    """The promise is now kept, or broken, by the unit that answers for the ticket."""
    promise.unit_id = ticket.unit_id
    promise.is_self_made = ticket.is_self_recorded


def _keep(life, at, given, book):
    pass


def _start(life, at, given, book):
    _promise(life, at, book, given.get("promise", BY_RULE))


def _stop(life, at, given, book):
    life.ticket.paused_at = at
    if life.promise:
        life.promise.paused_at = at


def _resume(life, at, given, book):
    ticket, promise = life.ticket, life.promise
    calendar = book.calendar(ticket.unit_id)
    if promise and promise.paused_at:
        promise.due_at = move_by(promise.due_at, promise.paused_at, at, calendar, promise.explanation)
        pause = [promise.paused_at.astimezone(UTC).isoformat(), at.astimezone(UTC).isoformat()]
        promise.explanation = promise.explanation | {"paused": [*promise.explanation.get("paused", []), pause]}
        promise.paused_at = None
    ticket.paused_minutes += working_minutes_between(ticket.paused_at, at, calendar)
    ticket.paused_at = None


def _extend(life, at, given, book):
    if life.promise:
        life.promise.due_at = given["due_at"]
        life.promise.explanation = life.promise.explanation | {"extended": given["due_at"].isoformat()}


def _meet(life, at, given, book):
    if life.promise:
        life.promise.met_at = at


def _withdraw(life, at, given, book):
    life.ticket.paused_at = None
    if life.promise:
        life.promise.withdrawn_at = at


_CLOCKS: dict[Clock, Callable] = {
    Clock.KEEP: _keep, Clock.START: _start, Clock.STOP: _stop, Clock.RESUME: _resume,
    Clock.EXTEND: _extend, Clock.MEET: _meet, Clock.WITHDRAW: _withdraw,
}


# --- what single moves set beside state and clock ---------------------------------------------------------------


def _hand_to(life, at, given, book):
    life.ticket.unit_id = given["unit"]
    life.ticket.assignee_id = None
    life.ticket.forwarded_at = at
    life.ticket.accepted_at = None
    if given.get("coordinating") is not None:
        life.coordinating_ids = tuple(given["coordinating"])


def _accept(life, at, given, book):
    life.ticket.accepted_at = at


def _assign(life, at, given, book):
    life.ticket.assignee_id = given["assignee"]


def _send_back(life, at, given, book):
    life.ticket.unit_id = book.unassigned_id
    life.ticket.assignee_id = None
    life.ticket.accepted_at = None


def _resolve(life, at, given, book):
    ticket = life.ticket
    ticket.resolved_at = at
    ticket.accepted_at = ticket.accepted_at or at
    if at < ticket.occurred_at:
        ticket.is_irregular = True  # the source contradicts itself: kept, but no duration can be true
        return
    worked = working_minutes_between(ticket.occurred_at, at, book.calendar(ticket.unit_id))
    ticket.handling_minutes = max(0, worked - ticket.paused_minutes)


def _close(life, at, given, book):
    life.ticket.closed_at = at


def _reject(life, at, given, book):
    life.ticket.rejected_at = at


def _merge(life, at, given, book):
    life.ticket.closed_at = at
    life.ticket.merged_into_id = given["target"].pk


def _reopen(life, at, given, book):
    ticket = life.ticket
    ticket.reopened_at = at
    ticket.resolved_at = ticket.closed_at = ticket.rejected_at = ticket.accepted_at = None
    ticket.handling_minutes = ticket.merged_into_id = None


def _join(life, at, given, book):
    life.ticket.reporter_count += 1


def _rate(life, at, given, book):
    life.ticket.score = given["score"]
    life.ticket.rated_at = at


def _edit(life, at, given, book):
    for name, value in given.get("values", {}).items():
        setattr(life.ticket, name, value)
    set_cells(life.ticket)


_EFFECTS: dict[str, Callable] = {
    "forward": _hand_to, "transfer": _hand_to, "accept": _accept, "assign": _assign, "send_back": _send_back,
    "resolve": _resolve, "close": _close, "reject": _reject, "merge": _merge, "reopen": _reopen, "join": _join,
    "rate": _rate, "edit": _edit,
}
