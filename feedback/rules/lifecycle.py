"""What a verb changes on a ticket, its promises and its history, without a database.

The single verbs (`feedback.actions`) and the bulk ones (`feedback.bulk`) both think here, so an import, the demo and
an operator's save obey the same rules. Rows are unsaved model instances; nothing here queries.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field, replace
from datetime import datetime

import h3.api.basic_int as h3
from django.utils.translation import gettext_lazy as _

from accounts.actors import Actor, Kind
from districts.calendar import working_minutes_between
from feedback.models import Promise, Ticket
from feedback.rules import conditions, corrections, custody, own_records, promises, stars, workflow
from feedback.rules.promises import BY_RULE
from feedback.rules.rows import unsaved
from feedback.rules.rulebook import Rulebook
from feedback.rules.workflow import Clock, Move
from hcmc_ioc.lib.text import headline

# Of what is given to a move, what its event keeps.
KEPT = ("rule", "unit", "assignee", "score", "changes", "promise", "asked_by", "was", "is")
COUNTER = "direct"  # the channel of what citizens bring to a unit itself


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
    is_history: bool = False  # imported: its source's dates stand, and no clock of the hotline's runs
    actor: Actor = Actor.citizen()  # who makes the move that is under way

    @property
    def promise(self) -> Promise | None:
        """The promise that the citizen's date comes from, or None."""
        return promises.in_force(self.promises, self.ticket)


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


def begin(intake: Intake, *, code: str, actor: Actor, recorded_at: datetime, book: Rulebook,
          besides: Iterable[int] = ()) -> Lifecycle:
    """A new ticket: recorded, promised, and forwarded when a rule, a hand or the source names the unit. `besides` are
    units that whoever records works for beside the hotline: what goes to one of them is its own record."""
    at = intake.occurred_at
    ticket = unsaved(
        Ticket, code=code, category_id=intake.category_id, channel_id=intake.channel_id, unit_id=book.unassigned_id,
        area_id=intake.area_id, unit_source=intake.unit_source, near_border=intake.near_border,
        title=intake.title or headline(intake.body), body=intake.body, address=intake.address,
        lat=intake.lat, lon=intake.lon, urgency=intake.urgency, needs_several=intake.needs_several,
        is_public=intake.is_public, hides_name=intake.hides_name, occurred_at=at, recorded_at=recorded_at,
        source_system=intake.source_system, source_id=intake.source_id, version=0,
        recorded_by_id=actor.own_unit_id if actor.is_of_unit else None,
    )
    set_cells(ticket)
    life = Lifecycle(ticket, is_history=actor.job == "import")
    routed = None
    if intake.unit_id is None:
        routed = book.route(category_id=intake.category_id, area_id=intake.area_id, urgency=intake.urgency, at=at)
    unit_id = routed.unit_id if routed else intake.unit_id
    if unit_id and ticket.recorded_by_id is None:
        ticket.recorded_by_id = own_records.hat_of(besides, unit_id, book)
    promises.make(promises.RESULT, ticket, life.promises, at, book, date=intake.promise, unit_id=unit_id)
    _record(life, workflow.MOVES["open"], at, actor, {}, recorded_at)
    if unit_id:
        given: dict = {"unit": unit_id, "note": intake.unit_reason}
        if routed:
            given |= {"rule": routed.rule.code, "coordinating": routed.coordinating_ids}
        apply(life, "forward", at=at, actor=actor, given=given, book=book, recorded_at=recorded_at)
    elif not life.is_history:
        promises.make(promises.FORWARD, ticket, life.promises, recorded_at, book)
    return life


def apply(life: Lifecycle, verb: str, *, at: datetime, actor: Actor, given: dict, book: Rulebook,
          recorded_at: datetime | None = None) -> Step:
    """Make one move on `life` in place; raises `workflow.IllegalMove` and then has changed nothing."""
    move = workflow.check(verb, life.ticket.state, given)
    conditions.check(verb, life, at, given, book)
    unit_before, owed, life.actor = life.ticket.unit_id, life.promise, actor
    for promise in life.promises:
        if promise.first_due_at is not None:
            promises.note_missed(promise, at)
    if verb in _EFFECTS:
        _EFFECTS[verb](life, at, given, book)
    _CLOCKS[move.clock](life, at, given, book)
    if life.ticket.unit_id != unit_before:
        _change_unit(life, owed, at, None if life.is_history else recorded_at or at, book)
    return _record(life, move, at, actor, given, recorded_at or at)


def _record(life: Lifecycle, move: Move, at: datetime, actor: Actor, given: dict, recorded_at: datetime) -> Step:
    ticket = life.ticket
    before = ticket.state if ticket.version else ""
    if (target := given.get("state") or move.target) is not None:
        ticket.state = workflow.State(target).value
        ticket.is_open = target in workflow.OPEN
    ticket.version += 1
    ticket.due_at, ticket.earlier_due_at = promises.dates(life.promises, ticket)
    data = {key: given[key] for key in KEPT if given.get(key)}
    if move.clock in (Clock.START, Clock.RESUME, Clock.EXTEND) and ticket.due_at:
        data["due"] = promises.iso(ticket.due_at)
    if move.verb == "merge":
        data["into"] = given["target"].code
    if move.verb in ("absorb", "release"):
        data["part"] = given["part"].code
    if move.verb == "ask_extension":
        data["due"] = promises.iso(given["due_at"])
    columns = {
        "verb": move.verb, "at": at, "recorded_at": recorded_at, "state_before": before, "state_after": ticket.state,
        "unit_id": ticket.unit_id, "actor_kind": actor.kind.value, "actor_id": actor.user.pk if actor.user else None,
        "actor_ref": actor.own_ref, "origin": actor.origin, "request_id": actor.request_id,
        "version": ticket.version, "data": data,
    }
    step = Step(columns, given.get("reply") or given.get("note") or "", bool(given.get("reply")))
    life.steps.append(step)
    return step


def set_cells(ticket: Ticket) -> None:
    """Fill the H3 cells from the point (resolution 9 and its parents)."""
    if ticket.lat is None or ticket.lon is None:
        ticket.cell_7 = ticket.cell_8 = ticket.cell_9 = None
        return
    ticket.cell_9 = h3.latlng_to_cell(ticket.lat, ticket.lon, 9)
    ticket.cell_8 = h3.cell_to_parent(ticket.cell_9, 8)
    ticket.cell_7 = h3.cell_to_parent(ticket.cell_9, 7)


# --- the clock --------------------------------------------------------------------------------------------------


def _keep(life, at, given, book):
    pass


def _stop(life, at, given, book):
    if life.promise and promises.stop(life.promise, life.ticket, at, book):
        life.ticket.paused_at = at


def _resume(life, at, given, book):
    """What was late when the citizen was asked stays late: only a clock that was stopped moves its date."""
    if life.ticket.paused_at is None:
        return
    for promise in life.promises:
        idle = promises.resume(promise, life.ticket, at, book)
        if promise is life.promise:
            life.ticket.paused_minutes += idle
    life.ticket.paused_at = None


def _extend(life, at, given, book):
    promises.decide(life.promise, at, granted=True)


def _restore(life, at, given, book):
    """After the effect: what the end without an answer withdrew, when it did."""
    life.ticket.paused_minutes += promises.restore(life.promises, life.ticket, given["ended_at"], at, book)


def _meet(life, at, given, book):
    promises.settle(life.promises, life.ticket, at)


def _withdraw(life, at, given, book):
    life.ticket.paused_at = None
    promises.withdraw_running(life.promises, at)


def _start(life, at, given, book):
    """Called when the effect has set when the round began; what ended without an answer goes on in its round."""
    if "ended_at" in given:
        _restore(life, at, given, book)
        if life.promise is None:  # what was late has been withdrawn since: an answer is owed all the same
            promises.make(promises.RESULT, life.ticket, life.promises, at, book)
        return
    promises.not_counted_again(life.promises, at)
    promises.make(promises.RESULT, life.ticket, life.promises, at, book)


_CLOCKS: dict[Clock, Callable] = {
    Clock.KEEP: _keep, Clock.START: _start, Clock.STOP: _stop, Clock.RESUME: _resume,
    Clock.EXTEND: _extend, Clock.MEET: _meet, Clock.WITHDRAW: _withdraw, Clock.RESTORE: _restore,
}


def _change_unit(life: Lifecycle, owed: Promise | None, at: datetime, recorded_at: datetime | None,
                 book: Rulebook) -> None:
    """`owed` is the promise in force before; one that a correction has just withdrawn has its successor already."""
    own_records.keep_in_the_line(life.ticket, book)
    if owed is not None and not promises.is_settled(owed):
        by_hotline = life.actor.kind in (Kind.PERSON, Kind.CLIENT) and not life.actor.is_of_unit
        custody.hand_on(owed, life.ticket, life.promises, at, recorded_at, book, by_hotline=by_hotline)
    _clocks_of_hotline(life, at, book)


def _clocks_of_hotline(life: Lifecycle, at: datetime, book: Rulebook) -> None:
    if life.ticket.unit_id == book.unassigned_id:
        promises.make(promises.CLARIFY, life.ticket, life.promises, at, book)
    else:
        promises.settle(life.promises, life.ticket, at, promises.OF_HOTLINE)


# --- what single moves set beside state and clock ---------------------------------------------------------------


def _hand_to(life, at, given, book):
    custody.leave(life.ticket, life.promises, at)
    life.ticket.unit_id = given["unit"]
    life.ticket.is_routed = bool(given.get("rule"))
    life.ticket.assignee_id = None
    life.ticket.forwarded_at = at
    life.ticket.accepted_at = life.ticket.minutes_to_accept = None
    if given.get("coordinating") is not None:
        life.coordinating_ids = tuple(given["coordinating"])


def _accept(life, at, given, book):
    if life.ticket.accepted_at is None:  # else the unit had it; the person who did is gone
        custody.accept(life.ticket, at, book)


def _assign(life, at, given, book):
    life.ticket.assignee_id = given["assignee"]


def _unassign(life, at, given, book):
    life.ticket.assignee_id = None


def _send_back(life, at, given, book):
    custody.leave(life.ticket, life.promises, at)
    life.ticket.unit_id, life.ticket.is_routed = book.unassigned_id, False
    life.ticket.assignee_id = None
    life.ticket.accepted_at = life.ticket.minutes_to_accept = None


def _resolve(life, at, given, book):
    ticket = life.ticket
    if life.is_history:  # when it was accepted nobody knows, and none is invented
        ticket.accepted_at = ticket.accepted_at or at
    else:
        _accept(life, at, given, book)  # what was answered at once was accepted then
    ticket.resolved_at = at
    if at < ticket.occurred_at:
        ticket.is_irregular = True  # the source contradicts itself: kept, but no duration can be true
        return
    known_at = ticket.occurred_at if life.is_history or ticket.is_imported else ticket.recorded_at
    worked = working_minutes_between(min(known_at, at), at, book.calendar(ticket.unit_id))
    ticket.handling_minutes = max(0, worked - ticket.paused_minutes)


def _close(life, at, given, book):
    life.ticket.closed_at = at


def _reject(life, at, given, book):
    life.ticket.rejected_at = at


def _merge(life, at, given, book):
    life.ticket.closed_at = at
    life.ticket.merged_into_id = given["target"].pk


def _reopen(life, at, given, book):
    """A new round after an answer. What was turned down without one goes on with the dates it had."""
    ticket = life.ticket
    if ticket.resolved_at is None:
        given["ended_at"] = ticket.rejected_at or ticket.closed_at
    else:
        ticket.reopened_at, ticket.round_at = ticket.reopened_at or at, at
        ticket.accepted_at = ticket.minutes_to_accept = ticket.stays = None
        ticket.reopened_unit_id = ticket.reopened_unit_id or ticket.unit_id  # counted once, where it was not good first
    if ticket.unit_id == book.unassigned_id:  # nobody works on it until the hotline forwards it
        given["state"] = workflow.State.RETURNED
        if not any(p.kind in promises.OF_HOTLINE and p.withdrawn_at == given.get("ended_at") for p in life.promises):
            promises.make(promises.CLARIFY, ticket, life.promises, at, book)
    ticket.resolved_at = ticket.closed_at = ticket.rejected_at = None
    ticket.handling_minutes = ticket.merged_into_id = ticket.reopening_asked_at = None


def _ask_reopening(life, at, given, book):
    life.ticket.reopening_asked_at = at


def _refuse_reopening(life, at, given, book):
    life.ticket.reopening_asked_at = None


def _unmerge(life, at, given, book):
    ticket = life.ticket
    given["ended_at"] = ticket.closed_at
    ticket.closed_at = ticket.merged_into_id = None


def _absorb(life, at, given, book):
    life.ticket.reporter_count += given["part"].reporter_count
    if given["part"].recorded_by_id != life.ticket.recorded_by_id:
        own_records.become_a_report(life.ticket, life.promises)


def _release(life, at, given, book):
    life.ticket.reporter_count -= given["part"].reporter_count


def _ask_extension(life, at, given, book):
    life.promise.extension_asked_at, life.promise.extension_to = at, given["due_at"]


def _refuse_extension(life, at, given, book):
    promises.decide(life.promise, at, granted=False)


def _withdraw_broken(life, at, given, book):
    promise = next(p for p in life.promises if p.pk == given["promise"])
    promises.withdraw_broken(promise, life.ticket, life.promises, at)
    if life.ticket.is_open and life.promise is None:  # the citizen is owed an answer all the same
        promises.make(promises.RESULT, life.ticket, life.promises, at, book)


def _disclose(life, at, given, book):
    life.ticket.is_disclosed = True


def _clarify(life, at, given, book):
    promises.withdraw_running([p for p in life.promises if p.kind == promises.FORWARD], at)
    promises.make(promises.CLARIFY, life.ticket, life.promises, at, book)


def _join(life, at, given, book):
    life.ticket.reporter_count += 1
    if not (life.actor.is_of_unit or own_records.is_of_the_hand(life.ticket, given.get("besides", ()), book)):
        own_records.become_a_report(life.ticket, life.promises)


def _rate(life, at, given, book):
    stars.rate(life.ticket, given["score"], at)


def _edit(life, at, given, book):
    """Correct what was recorded, with what follows for unit and date; the history keeps what was and what is."""
    ticket, values, owed = life.ticket, given.get("values", {}), life.promise
    was, ruled = corrections.facts_of(ticket, life.promises, book), [getattr(ticket, n) for n in corrections.RULED]
    if "address" in values and ticket.address and not given.get("note"):
        given["note"] = f"{ticket.address} → {values['address'] or '–'}"
    for name, value in values.items():
        setattr(ticket, name, value)
    set_cells(ticket)
    if ruled != [getattr(ticket, name) for name in corrections.RULED]:
        routed = corrections.routed_anew(ticket, book)
        if routed:
            if ticket.state == workflow.State.WAITING:
                _resume(life, at, given, book)
            _hand_to(life, at, {"unit": routed.unit_id, "rule": routed.rule.code,
                                "coordinating": routed.coordinating_ids}, book)
            given |= {"state": workflow.State.FORWARDED, "rule": routed.rule.code}
        if owed is not None:
            corrections.promise_anew(owed, ticket, life.promises, at, book)
    now = corrections.facts_of(ticket, life.promises, book)
    changed = [name for name in was if was[name] != now[name]]
    given["was"], given["is"] = ({name: facts[name] for name in changed} for facts in (was, now))


_EFFECTS: dict[str, Callable] = {
    "forward": _hand_to, "transfer": _hand_to, "accept": _accept, "assign": _assign, "unassign": _unassign,
    "send_back": _send_back, "resolve": _resolve, "close": _close, "reject": _reject, "merge": _merge,
    "reopen": _reopen, "join": _join, "rate": _rate, "edit": _edit,
    "unmerge": _unmerge, "absorb": _absorb, "release": _release, "clarify": _clarify,
    "ask_reopening": _ask_reopening, "refuse_reopening": _refuse_reopening,
    "ask_extension": _ask_extension, "refuse_extension": _refuse_extension, "withdraw": _withdraw_broken,
    "disclose": _disclose,
}
