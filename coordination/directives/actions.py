"""The only writer of directives: sending, amending, recalling, and one verb per move of a recipient.

Each is a transaction: the rows are locked, rights and the version that the person saw are asked, rows and history are
written together, takers and open pages are told after the commit. A request sent again (`accounts.keys`) does nothing
twice. Raises `machine.Illegal` (a message for the reader), `Stale`, `PermissionDenied`, `keys.KeyReused`.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.db.models import prefetch_related_objects
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts import keys
from accounts.actors import Actor
from coordination import access, topics
from coordination.directives import clock, moves
from coordination.machines.directives import ENDED, MOVES, OPEN, WITH_UNIT, Illegal, State, legal
from coordination.models import (
    Directive,
    DirectiveEvent,
    DirectiveTicket,
    DirectiveVersion,
    Extension,
    Level,
    Recipient,
)
from districts.calendars import calendar_for
from districts.models import Unit
from live import feed

KIND = "directive"  # of a change on the feed: the id of an event
MOST_RECIPIENTS, MOST_TICKETS = 500, 10_000


class Stale(Exception):
    """Somebody moved it since the person read it; `recipient` or `directive` is as it stands."""

    def __init__(self, standing: Recipient | Directive):
        super().__init__(str(standing.pk))
        self.standing = standing


@dataclass(frozen=True)
class Draft:
    """What a sender wants: the five clarities, and what it is about (`subjects.Subject.kept()`)."""

    kind: str
    level: Level
    title: str
    result: str
    due_on: date
    lead: Sequence[Unit]
    coordinating: Sequence[Unit] = ()
    body: str = ""
    about: Mapping = field(default_factory=dict)
    tickets: Sequence[int] = ()
    due_at: datetime | None = None  # to the minute, where an incident sets the pace


@transaction.atomic
def send(*, actor: Actor, draft: Draft, at: datetime | None = None, sender_unit: Unit | None = None) -> Directive:
    """Send it to its recipients, one life each; the term is the end of office on its day."""
    if (earlier := keys.claim(actor)) is not None:
        return Directive.objects.get(pk=earlier["directive"])
    if not (access.may_send(actor, draft.kind) or actor.job == "demo" and actor.user):
        raise PermissionDenied
    at = at or timezone.now()
    prefetch_related_objects([draft.level], "steps")
    due_at = _due(draft, at)
    _check_recipients(draft, clock.local_day(at))
    directive = Directive.objects.create(
        kind=draft.kind, level=draft.level, sender=actor.user, sender_unit=sender_unit or _standing_for(actor),
        title=draft.title, body=draft.body, result=draft.result, due_at=due_at, sent_at=at, **draft.about)
    _keep_words(directive, actor, at)
    parts = [(unit, Recipient.Part.LEAD) for unit in draft.lead]
    parts += [(unit, Recipient.Part.COORDINATING) for unit in draft.coordinating]
    rows = [Recipient(directive=directive, unit=unit, part=part) for unit, part in parts]
    for row in rows:
        moves.ask_to_accept(row, at)
    Recipient.objects.bulk_create(rows)
    DirectiveTicket.objects.bulk_create(
        DirectiveTicket(directive=directive, ticket_id=pk) for pk in draft.tickets[:MOST_TICKETS])
    _record(actor, directive, None, "send", at)
    topics.changed(directive, rows)
    keys.keep(actor, {"directive": directive.pk})
    return directive


def _standing_for(actor: Actor) -> Unit:
    if actor.scope is None or actor.own_unit_id is None:
        return Unit.objects.city()
    return Unit.objects.get(pk=actor.own_unit_id)


def _due(draft: Draft, at: datetime) -> datetime:
    if draft.due_at is not None:
        return draft.due_at
    calendar = calendar_for()
    if not clock.is_near(draft.due_on) and draft.due_on >= clock.local_day(at):
        raise Illegal(_("Thời hạn phải từ hôm nay trở đi, trong vòng ba năm."))
    due_at = clock.end_of(draft.due_on, calendar)
    if due_at is None:
        day = clock.working_day_from(draft.due_on, calendar)
        raise Illegal(_("Ngày %(day)s là ngày nghỉ; ngày làm việc tiếp theo là %(next)s.") % {
            "day": f"{draft.due_on:%d/%m/%Y}", "next": f"{day:%d/%m/%Y}"})
    if due_at <= at:
        raise Illegal(_("Thời hạn phải ở phía trước."))
    return due_at


def _check_recipients(draft: Draft, day: date) -> None:
    """Each unit once, and each in force today: one abolished since it was chosen is named with who followed it."""
    units = [*draft.lead, *draft.coordinating]
    if not draft.lead:
        raise Illegal(_("Cần ít nhất một đơn vị chủ trì."))
    if len({unit.pk for unit in units}) != len(units):
        raise Illegal(_("Mỗi đơn vị chỉ nhận một lần: chủ trì hoặc phối hợp."))
    if len(units) > MOST_RECIPIENTS:
        raise Illegal(_("Nhiều nhất %(n)s đơn vị một lần giao.") % {"n": MOST_RECIPIENTS})
    in_force = set(Unit.objects.in_force(day).filter(pk__in=[unit.pk for unit in units]).values_list("pk", flat=True))
    for unit in units:
        if unit.pk not in in_force:
            followers = Unit.objects.in_force(day).filter(predecessors__old=unit)
            said = {"unit": unit.name, "next": ", ".join(one.name for one in followers) or "—"}
            raise Illegal(_("%(unit)s không còn hoạt động; đơn vị kế tục: %(next)s.") % said)


def _keep_words(directive: Directive, actor: Actor, at: datetime, reason: str = "") -> None:
    DirectiveVersion.objects.create(
        directive=directive, number=directive.version, title=directive.title, body=directive.body,
        result=directive.result, due_at=directive.due_at, reason=reason, user=actor.user, at=at)


def _record(actor: Actor, directive: Directive, recipient: Recipient | None, verb: str, at: datetime,
            texts: Mapping | None = None, before: str = "") -> DirectiveEvent:
    event = _event(actor, directive, recipient, verb, at, texts or {}, before)
    event.save()
    feed.hand(KIND, [event.pk], is_history=actor.job == "demo")
    return event


def _event(actor: Actor, directive: Directive, recipient: Recipient | None, verb: str, at: datetime, texts: Mapping,
           before: str) -> DirectiveEvent:
    return DirectiveEvent(
        directive=directive, recipient=recipient, verb=verb, from_state=before,
        to_state=recipient.state if recipient else "", texts=dict(texts), actor_kind=actor.kind,
        actor_ref=actor.own_ref, user=actor.user, at=at)


@transaction.atomic
def amend(*, actor: Actor, directive_id: int, version: int, words: Mapping[str, str], due_on: date,
          reason: str, at: datetime | None = None) -> Directive:
    """Other words or another term: a new version, which every recipient still at it accepts anew."""
    at = at or timezone.now()
    directive = _locked_directive(actor, directive_id, version)
    if directive.recalled_at:
        raise Illegal(_("Đã thu hồi."))
    calendar = calendar_for()
    due_at = clock.end_of(due_on, calendar) if clock.is_near(due_on) else None
    if due_at is None or due_at <= at:
        raise Illegal(_("Thời hạn phải là một ngày làm việc ở phía trước."))
    changed = {name: value for name, value in words.items() if getattr(directive, name) != value}
    if not changed and due_at == directive.due_at:
        raise Illegal(_("Chưa có gì được sửa."))
    for name, value in changed.items():
        setattr(directive, name, value)
    directive.due_at, directive.version = due_at, directive.version + 1
    directive.save(update_fields=["title", "body", "result", "due_at", "version"])
    _keep_words(directive, actor, at, reason)
    rows = list(directive.recipients.select_for_update().filter(state__in=OPEN).order_by("pk"))
    Extension.objects.filter(recipient__in=rows, agreed=None).update(
        agreed=False, reason=reason, decided_by=actor.user, decided_at=at)
    for row in rows:
        moves.settle_term(row, at)
        row.directive = directive
        row.state, row.version, row.reported_at = State.SENT, row.version + 1, None
        moves.ask_to_accept(row, at)
        row.save()
    _record(actor, directive, None, "amend", at, {"reason": reason})
    topics.changed(directive, rows)
    return directive


@transaction.atomic
def recall(*, actor: Actor, directive_id: int, version: int, reason: str, at: datetime | None = None) -> Directive:
    """Nobody has to do it any more; what was done stays."""
    at = at or timezone.now()
    directive = _locked_directive(actor, directive_id, version)
    if directive.recalled_at:
        raise Illegal(_("Đã thu hồi."))
    directive.recalled_at, directive.recall_reason = at, reason
    directive.version += 1
    directive.save(update_fields=["recalled_at", "recall_reason", "version"])
    rows = list(directive.recipients.select_for_update().filter(state__in=OPEN).order_by("pk"))
    for row in rows:
        moves.settle_term(row, at)
        moves.end(row, State.RECALLED, at)
        row.version += 1
        row.save()
    _record(actor, directive, None, "recall", at, {"reason": reason})
    topics.changed(directive, rows)
    return directive


def _locked_directive(actor: Actor, pk: int, version: int) -> Directive:
    known = Directive.objects.select_for_update(of=("self",)).select_related("level").prefetch_related("level__steps")
    directive = known.get(pk=pk)
    if not access.may_manage(actor, directive):
        raise PermissionDenied
    if directive.version != version:
        raise Stale(directive)
    return directive


@transaction.atomic
def move(*, actor: Actor, recipient_id: int, verb: str, given: Mapping[str, object], version: int | None = None,
         at: datetime | None = None) -> Recipient:
    """Make one move for one recipient; `given` holds what the move needs, checked by `moves.checked`."""
    if (earlier := keys.claim(actor)) is not None:
        return Recipient.objects.select_related("directive", "unit").get(pk=earlier["recipient"])
    at = at or timezone.now()
    row = _locked(recipient_id)
    chosen = MOVES[verb]
    if not access.may_move(actor, chosen, row):
        raise PermissionDenied
    if version is not None and row.version != version:
        raise Stale(row)
    before = row.state
    asked = row.extensions.select_for_update().filter(agreed=None).first()
    possible = legal(row.directive.kind, row.state, asks_extension=asked is not None, is_late=row.is_late(at))
    if chosen not in possible:
        raise Illegal(_("%(move)s: không làm được khi đang “%(state)s”.") % {
            "move": chosen.label, "state": row.get_state_display()})
    texts = moves.checked(chosen, given, row, at)
    moves.apply(actor, chosen, row, texts, asked, at)
    row.version += 1
    row.save()
    said = {name: value.isoformat() if isinstance(value, date) else value for name, value in texts.items()}
    _record(actor, row.directive, row, verb, at, said, before)
    topics.changed(row.directive, [row])
    keys.keep(actor, {"recipient": row.pk})
    return row


@transaction.atomic
def remind_all(*, actor: Actor, directive: Directive, at: datetime | None = None) -> int:
    """Remind every unit that is next, at once; returns how many."""
    at = at or timezone.now()
    if not access.may_manage(actor, directive):
        raise PermissionDenied
    rows = list(directive.recipients.filter(state__in=WITH_UNIT).order_by("pk"))
    events = DirectiveEvent.objects.bulk_create(
        _event(actor, directive, row, "remind", at, {}, row.state) for row in rows)
    feed.hand(KIND, [event.pk for event in events], is_history=actor.job == "demo")
    topics.changed(directive, rows)
    return len(rows)


def _locked(recipient_id: int) -> Recipient:
    rows = Recipient.objects.select_for_update(of=("self",)).select_related("directive__level", "unit")
    return rows.get(pk=recipient_id)


@transaction.atomic
def see(actor: Actor, recipient: Recipient, at: datetime | None = None) -> None:
    """Somebody of the unit opened it: noted once, by whom, and nothing else follows."""
    at = at or timezone.now()
    if actor.user is None or recipient.unit_id not in access.units_of(actor) or recipient.state in ENDED:
        return
    seen = Recipient.objects.filter(pk=recipient.pk, seen_at=None).update(seen_at=at, seen_by=actor.user)
    if seen:
        recipient.seen_at, recipient.seen_by = at, actor.user
        _record(actor, recipient.directive, recipient, "see", at, before=recipient.state)
        topics.changed(recipient.directive, [recipient])


def noted(directive: Directive, recipient: Recipient, verb: str, at: datetime, texts: Mapping | None = None) -> None:
    """What the system does at its hours, in the history; called in the transaction that locks the recipient."""
    _record(Actor.system("directives"), directive, recipient, verb, at, texts, recipient.state)
    topics.changed(directive, [recipient])
