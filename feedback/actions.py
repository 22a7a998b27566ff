"""The only writer of tickets. One verb per move; keyword-only, actor first, each its own transaction.

Every verb locks the row, checks the version that the person saw, lets `rules.lifecycle` think, writes ticket, promises,
event, words and outbox together, and sends its hints after the commit. A request sent again (`accounts.keys`) changes
nothing and returns the ticket. Raises `workflow.IllegalMove` (with messages per field), `StaleTicket`,
`PermissionDenied`, `keys.KeyReused`.
"""

from copy import deepcopy
from dataclasses import replace
from datetime import datetime

from django.conf import settings
from django.core.exceptions import PermissionDenied
from django.db import connection, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts import keys
from accounts.actors import Actor
from accounts.models import User
from accounts.roles import UNIT
from districts.models import Unit
from feedback import access, reporters
from feedback.models import EventText, FactChange, Promise, Ticket, TicketEvent
from feedback.rules import facts, lifecycle
from feedback.rules.lifecycle import Intake, Lifecycle
from feedback.rules.rights import GIVES_AWAY
from feedback.rules.rulebook import rulebook
from feedback.rules.workflow import IllegalMove
from hcmc_ioc.lib import sql
from live import feed, hints


class StaleTicket(Exception):
    """The ticket changed since the person read it. `ticket` is as it stands, `events` what happened meanwhile."""

    def __init__(self, ticket: Ticket, events):
        super().__init__(ticket.code)
        self.ticket, self.events = ticket, list(events)


@transaction.atomic(durable=True)
def open_ticket(*, actor: Actor, intake: Intake, reporter: dict | None = None, remark: str = "",
                at: datetime | None = None) -> Ticket:
    """Record a report, promise an answer, forward it where a rule knows the unit.

    `reporter` holds `name`, `phone` (E.164), `email`, each optional; `remark` is an internal note that belongs to it.
    `at` is when it is recorded (now). A unit's own people record what citizens bring to their counter: a place in their
    area, by the channel "direct", routed like any other.
    """
    if (earlier := keys.claim(actor)) is not None:
        return Ticket.objects.get(pk=earlier["ticket"])
    if not access.may_open_in(actor, intake.area_id, intake.point):
        raise PermissionDenied
    book, at = rulebook(), at or timezone.now()
    if actor.role in UNIT:
        intake = lifecycle.at_the_counter(intake, book)
    if intake.occurred_at > at:  # a clock that goes fast
        intake = replace(intake, occurred_at=at)
    with connection.cursor() as cursor:
        cursor.execute("SELECT nextval('ticket_number')")
        number = cursor.fetchone()[0]
    code = lifecycle.ticket_code(settings.CITY["ticket_prefix"], number, timezone.localtime(at))
    life = lifecycle.begin(intake, code=code, actor=actor, recorded_at=at, book=book,
                           besides=access.works_besides(actor))
    if remark:
        lifecycle.apply(life, "note", at=at, actor=actor, given={"note": remark}, book=book)
    _write(life)
    if reporter and any(reporter.values()):
        reporters.add(life.ticket, reporter, at, is_first=True)
    keys.keep(actor, {"ticket": life.ticket.pk})
    return life.ticket


def forward(*, actor, ticket_id, unit, coordinating=None, note="", **seen) -> Ticket:
    return _move("forward", actor, ticket_id, seen, unit=_unit_in_force(unit), coordinating=coordinating, note=note)


def accept(*, actor, ticket_id, **seen) -> Ticket:
    return _move("accept", actor, ticket_id, seen)


def assign(*, actor, ticket_id, assignee, **seen) -> Ticket:
    """Give the ticket to `assignee`, a user id of somebody working in the ticket's unit."""
    return _move("assign", actor, ticket_id, seen, assignee=assignee)


def unassign(*, actor, ticket_id, **seen) -> Ticket:
    """The person works for the unit no more: somebody else must take the ticket."""
    return _move("unassign", actor, ticket_id, seen)


def start(*, actor, ticket_id, **seen) -> Ticket:
    return _move("start", actor, ticket_id, seen)


def ask_citizen(*, actor, ticket_id, reply, **seen) -> Ticket:
    return _move("ask_citizen", actor, ticket_id, seen, reply=reply)


def resume(*, actor, ticket_id, note, **seen) -> Ticket:
    return _move("resume", actor, ticket_id, seen, note=note)


def report_progress(*, actor, ticket_id, reply, **seen) -> Ticket:
    return _move("report_progress", actor, ticket_id, seen, reply=reply)


def transfer(*, actor, ticket_id, unit, note, **seen) -> Ticket:
    """Hand over to another unit; the citizen's date stays."""
    return _move("transfer", actor, ticket_id, seen, unit=_unit_in_force(unit), note=note)


def send_back(*, actor, ticket_id, note, **seen) -> Ticket:
    """Return as not competent: the hotline forwards it anew."""
    return _move("send_back", actor, ticket_id, seen, note=note)


def resolve(*, actor, ticket_id, reply, **seen) -> Ticket:
    return _move("resolve", actor, ticket_id, seen, reply=reply)


def close(*, actor, ticket_id, **seen) -> Ticket:
    return _move("close", actor, ticket_id, seen)


def reject(*, actor, ticket_id, reply, **seen) -> Ticket:
    return _move("reject", actor, ticket_id, seen, reply=reply)


def merge(*, actor, ticket_id, target, **seen) -> Ticket:
    """Close this ticket into `target` (a ticket id), whose reporters grow by ours."""
    return _move("merge", actor, ticket_id, seen, target=target)


def unmerge(*, actor, ticket_id, note, **seen) -> Ticket:
    """Take a merge back: the ticket lives on as before it, its date as after a pause."""
    return _move("unmerge", actor, ticket_id, seen, note=note)


def reopen(*, actor, ticket_id, asked_by, note, **seen) -> Ticket:
    """Open again, asked by whom (`workflow.AskedBy`); a new round with a promise of its own."""
    return _move("reopen", actor, ticket_id, seen, asked_by=asked_by, note=note)


def ask_reopening(*, actor, ticket_id, note, **seen) -> Ticket:
    """The unit has found its answer wrong: the hotline decides whether it is opened again."""
    return _move("ask_reopening", actor, ticket_id, seen, note=note)


def refuse_reopening(*, actor, ticket_id, note, **seen) -> Ticket:
    return _move("refuse_reopening", actor, ticket_id, seen, note=note)


def ask_extension(*, actor, ticket_id, due_at, note, **seen) -> Ticket:
    """The unit asks for a later date, before the present one has passed; somebody else decides."""
    return _move("ask_extension", actor, ticket_id, seen, due_at=due_at, note=note)


def extend(*, actor, ticket_id, note="", **seen) -> Ticket:
    """Grant the extension that was asked for."""
    return _move("extend", actor, ticket_id, seen, note=note)


def refuse_extension(*, actor, ticket_id, note, **seen) -> Ticket:
    return _move("refuse_extension", actor, ticket_id, seen, note=note)


def withdraw(*, actor, ticket_id, promise, note, **seen) -> Ticket:
    """Withdraw a broken promise (its id) that was no case of the city's; such withdrawals are counted and listed."""
    return _move("withdraw", actor, ticket_id, seen, promise=promise, note=note)


def clarify(*, actor, ticket_id, note, **seen) -> Ticket:
    """Nobody knows yet who is competent: the hotline finds out within the time of its rule."""
    return _move("clarify", actor, ticket_id, seen, note=note)


def disclose(*, actor, ticket_id, note, **seen) -> Ticket:
    """Show the handling unit who reported although they hide their name; the reason stays in the history."""
    return _move("disclose", actor, ticket_id, seen, note=note)


def stop_waiting(*, actor, ticket_id, **seen) -> Ticket:
    """The citizen was waited for long enough."""
    return _move("stop_waiting", actor, ticket_id, seen)


def edit(*, actor, ticket_id, values, **seen) -> Ticket:
    """Correct what was recorded; `values` maps field names of `EDITABLE` to new values."""
    unknown = set(values) - EDITABLE
    if unknown:
        raise ValueError(f"not editable: {', '.join(sorted(unknown))}")
    return _move("edit", actor, ticket_id, seen, values=values, changes=sorted(values))


def note(*, actor, ticket_id, note, **seen) -> Ticket:
    return _move("note", actor, ticket_id, seen, note=note)


def join(*, actor, ticket_id, reporter, **seen) -> Ticket:
    """Another citizen reports the same thing: they are added to it and follow it."""
    return _move("join", actor, ticket_id, seen, reporter=reporter)


def rate(*, actor, ticket_id, score, note="", **seen) -> Ticket:
    return _move("rate", actor, ticket_id, seen, score=score, note=note)


EDITABLE = frozenset(
    "category_id urgency needs_several is_public hides_name area_id unit_source near_border address lat lon".split()
)

VERBS = {
    verb.__name__: verb
    for verb in (forward, accept, assign, unassign, start, ask_citizen, resume, report_progress, transfer, send_back,
                 resolve, close, reject, merge, unmerge, reopen, ask_reopening, refuse_reopening, ask_extension, extend,
                 refuse_extension, withdraw, clarify, disclose, stop_waiting, edit, note, join, rate)
}


@transaction.atomic(durable=True)
def _move(verb: str, actor: Actor, ticket_id: int, seen: dict, **given) -> Ticket:
    """`seen` holds `version` (the one the person saw; absent: whatever it is) and `at` (now)."""
    if keys.claim(actor) is not None:
        return Ticket.objects.defer("search").get(pk=ticket_id)
    locked = _lock(ticket_id, given.get("target"), *(_line(ticket_id) if verb == "unmerge" else ()))
    ticket = locked[ticket_id]
    if not access.may(actor, verb, ticket):
        raise PermissionDenied
    version = seen.get("version")
    if version is not None and version != ticket.version:
        raise StaleTicket(ticket, ticket.events.filter(version__gt=version).select_related("actor").order_by("pk"))
    life, before = _loaded(ticket)
    at = seen.get("at") or timezone.now()
    line = _locked_line(ticket, locked) if verb == "unmerge" else []
    _look_around(verb, actor, life, given, locked)
    lifecycle.apply(life, verb, at=at, actor=actor, given=given, book=rulebook())
    _write(life, *before)
    if verb == "join":
        reporters.add(ticket, given["reporter"], at, is_first=False)
    if verb == "merge":
        _tell(given["target"], "absorb", ticket, actor, at)
    for target in line:
        _tell(target, "release", ticket, actor, at)
    keys.keep(actor, {"ticket": ticket_id})
    return ticket


def _look_around(verb: str, actor: Actor, life: Lifecycle, given: dict, locked: dict[int, Ticket]) -> None:
    """What a move asks of other rows, and what it needs to know of them, before the pure rules think."""
    ticket = life.ticket
    if verb == "withdraw" and any(p.pk == given["promise"] and access.judges_own_case(actor, ticket, p.unit_id)
                                  for p in life.promises):
        raise PermissionDenied  # the unit that was late may be another one than now
    if verb in GIVES_AWAY and not actor.is_of_unit and access.judges_own_case(actor, ticket, given["unit"]):
        raise PermissionDenied
    if verb == "join":
        given["besides"] = access.works_besides(actor)
    if verb == "assign":
        _check_assignee(ticket, given["assignee"])
    if verb == "merge":
        given["target"] = _merge_target(ticket, locked.get(given["target"]))
    if verb == "unmerge" and ticket.merged_into_id is not None:
        given["state"] = ticket.events.filter(verb="merge").latest("pk").state_before


def _loaded(ticket: Ticket) -> tuple[Lifecycle, tuple]:
    """The life of a locked ticket, and how it stood: its facts, its columns and those of its promises."""
    life = Lifecycle(ticket, sql.read(Promise, "WHERE ticket_id = %s ORDER BY id", [ticket.pk]))
    return life, (facts.of(ticket, life.promises), *map(_columns, (ticket, *life.promises)))


def _tell(ticket: Ticket, verb: str, part: Ticket, actor: Actor, at: datetime) -> None:
    """What the merge of `part`, or its end, changes on the other ticket: its reporters, its history, its version."""
    life, before = _loaded(ticket)
    lifecycle.apply(life, verb, at=at, actor=actor, given={"part": part}, book=rulebook())
    _write(life, *before)


def _line(ticket_id: int | None) -> list[int]:
    """What the ticket was merged into, and that in its turn."""
    line: list[int] = []
    while (ticket_id := Ticket.objects.values_list("merged_into", flat=True).get(pk=ticket_id)) is not None:
        line.append(ticket_id)
    return line


def _locked_line(ticket: Ticket, locked: dict[int, Ticket]) -> list[Ticket]:
    """The same among the locked tickets; refused when one of them was merged on at this moment."""
    line = []
    while ticket.merged_into_id is not None:
        if ticket.merged_into_id not in locked:
            raise IllegalMove(_("Phản ánh gốc vừa được người khác thay đổi. Hãy thử lại."))
        line.append(ticket := locked[ticket.merged_into_id])
    return line


def _lock(*ticket_ids: int | None) -> dict[int, Ticket]:
    """The tickets locked, in order of their ids: two merges that cross wait for each other and do not deadlock."""
    found = sql.read(Ticket, "WHERE id = ANY(%s) ORDER BY id FOR UPDATE", [[pk for pk in ticket_ids if pk]])
    locked = {ticket.pk: ticket for ticket in found}
    if ticket_ids[0] not in locked:
        raise Ticket.DoesNotExist(f"no ticket {ticket_ids[0]}")
    return locked


def _columns(row) -> dict:
    """What the row holds, apart from it, so that a change inside a value is seen too."""
    return {name: deepcopy(value) if isinstance(value, dict | list) else value
            for name, value in vars(row).items() if name[0] != "_"}


def _write(life: Lifecycle, before: dict | None = None, *stored: dict) -> None:
    """`before` has the facts, `stored` the columns of a ticket that is there already and of its promises."""
    ticket = life.ticket
    if not stored:
        ((ticket.pk,),) = sql.together(sql.insert(Ticket, [vars(ticket)], returning=True))
        ticket._state.adding, ticket._state.db = False, connection.alias
    changes = [_changes(row, columns) for row, columns in zip((ticket, *life.promises), stored, strict=False)]
    fresh = [vars(promise) | {"ticket_id": ticket.pk} for promise in life.promises if promise.pk is None]
    steps = [step.columns | {"ticket_id": ticket.pk} for step in life.steps]
    event_ids = [pk for pk, in sql.together(
        *filter(None, changes), *([sql.insert(Promise, fresh)] if fresh else []),
        sql.insert(TicketEvent, steps, returning=True),
    )]
    texts = [{"event_id": pk, "words": step.words, "is_public": step.is_public}
             for pk, step in zip(event_ids, life.steps, strict=True) if step.words]
    change = {"ticket_id": ticket.pk, "before": before, "after": facts.of(ticket, life.promises), "at": timezone.now()}
    sql.together(*([sql.insert(EventText, texts)] if texts else []), sql.insert(FactChange, [change]))
    if life.coordinating_ids:
        ticket.coordinating.set(life.coordinating_ids)
    ticket.made = life.promises
    hints.publish_on_commit({f"ticket:{ticket.pk}": ticket.version})
    feed.hand("ticket", event_ids)


def _changes(row, stored: dict) -> sql.Statement | None:
    """The columns that changed, lest PostgreSQL fold the words for searching anew."""
    changed = {name: value for name, value in _columns(row).items() if stored.get(name) != value}
    return sql.update(type(row), row.pk, changed) if changed else None


def _unit_in_force(unit_id: int | None) -> int | None:
    """The unit id, if tickets may go there today; a unit that no longer exists is refused with its name."""
    if not unit_id:
        return None
    unit = Unit.objects.in_force().filter(pk=unit_id).first()
    if unit is None or not (unit.is_area or unit.is_organisation):
        message = _("Đơn vị này không còn hoạt động, chọn đơn vị khác.")
        raise IllegalMove(message, {"unit": message})
    return unit.pk


def _check_assignee(ticket: Ticket, user_id: int) -> None:
    person = User.objects.filter(pk=user_id, is_active=True).first() if user_id else None
    if person is None or not access.may(Actor.person(person), "accept", ticket):
        message = _("Chọn cán bộ đang làm việc tại đơn vị xử lý.")
        raise IllegalMove(message, {"assignee": message})


def _merge_target(ticket: Ticket, target: Ticket | None) -> Ticket:
    """`target`, locked already, if it may take `ticket` in."""
    if target is None or target.pk == ticket.pk or not target.is_open:
        message = _("Chọn một phản ánh khác đang mở để gộp vào.")
        raise IllegalMove(message, {"target": message})
    return target
