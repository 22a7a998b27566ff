"""The life of a consultation, and its only writer: who may make which move from where, the clock, what was found that
exists already."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.actors import Actor
from coordination import changes
from coordination.investments import access, conditions, likeness
from coordination.models import Candidate, Change, Condition, Consultation, Item, Tier
from districts.calendar import Amount, AmountUnit, add_working_time, move_by
from districts.calendars import calendar_for

State, Opinion = Consultation.State, Consultation.Opinion
GATE = ("need", "goals", "running", "data", "why_not_shared")


class NotNow(Exception):
    """The move is not possible as things stand; the message says why, in words for whoever made it."""


@dataclass(frozen=True)
class Move:
    sources: tuple[str, ...]
    target: str | None  # None: stays where it is
    who: str  # draft (the unit's people), unit (its leader), department, signer, leader (of the city)


MOVES = {
    "save": Move((State.DRAFT,), None, "draft"),
    "submit": Move((State.DRAFT,), State.SUBMITTED, "unit"),
    "ask": Move((State.SUBMITTED,), State.ASKED, "department"),
    "add": Move((State.ASKED,), State.SUBMITTED, "unit"),
    "propose": Move((State.SUBMITTED,), None, "department"),
    "decide": Move((State.SUBMITTED,), State.DECIDED, "signer"),
    "direct": Move((State.DECIDED,), None, "leader"),
    "follow": Move((State.DECIDED,), State.FOLLOWED, "unit"),
    "withdraw": Move((State.DRAFT, State.SUBMITTED, State.ASKED, State.DECIDED), State.WITHDRAWN, "unit"),
}


def may(actor: Actor, verb: str, row: Consultation) -> bool:
    """Whether this person may make the move, from where the consultation is."""
    move = MOVES[verb]
    unit = row.item.unit_id
    allowed = {"draft": lambda: access.speaks_for(actor, unit), "unit": lambda: access.leads(actor, unit),
               "department": lambda: access.may_judge(actor), "signer": lambda: access.may_sign(actor, row),
               "leader": lambda: conditions.may_hand_over(actor, row)}
    return row.state in move.sources and allowed[move.who]()


def offered(actor: Actor, row: Consultation) -> list[str]:
    return [verb for verb in MOVES if may(actor, verb, row)]


@transaction.atomic
def begin(actor: Actor, item: Item, now: datetime | None = None) -> Consultation:
    """A draft about an item; one is open at a time."""
    if not access.speaks_for(actor, item.unit_id):
        raise PermissionError("not of this unit")
    Item.objects.select_for_update().get(pk=item.pk)
    row = Consultation.objects.filter(item=item, state__in=Consultation.OPEN).first()
    if row is None:
        if item.state in (Item.State.LEFT, Item.State.ENDED):
            raise NotNow(_("Hạng mục đã xong hoặc đã dừng: không lấy ý kiến nữa."))
        row = Consultation.objects.create(item=item, made_at=now or timezone.now())
        _note(actor, row, _("Lập phiếu lấy ý kiến"), {}, now or timezone.now())
    return row


@transaction.atomic
def save(actor: Actor, row: Consultation, given: dict, now: datetime | None = None) -> Consultation:
    """The answers to the gate questions, as far as they are written."""
    row, before = _locked(actor, "save", row)
    for name in GATE:
        setattr(row, name, given[name])
    row.save()
    row.risks.set(given["risks"])
    _note(actor, row, _("Sửa phiếu lấy ý kiến"), before, now or timezone.now())
    return row


def submit(actor: Actor, row: Consultation, now: datetime | None = None) -> Consultation:
    """Send it: every question answered. What exists already is looked for first and stays written down, also where it
    must be answered before."""
    with transaction.atomic():
        search(_locked(actor, "submit", row)[0])
    return _submit(actor, row, now or timezone.now())


@transaction.atomic
def _submit(actor: Actor, row: Consultation, now: datetime) -> Consultation:
    row, before = _locked(actor, "submit", row)
    if row.item.state == Item.State.DRAFT:
        raise NotNow(_("Xác nhận hạng mục trước khi lấy ý kiến."))
    if any(not getattr(row, name).strip() for name in GATE):
        raise NotNow(_("Trả lời đủ năm câu hỏi trước khi gửi."))
    if row.candidates.filter(answer="").exists():
        raise NotNow(_("Hệ thống thấy những thứ giống hạng mục này: hãy trả lời từng mục rồi gửi lại."))
    row.tier = tier(row)
    days = Amount(row.tier.working_days, AmountUnit.WORKING_DAYS)
    row.state, row.submitted_at, row.due_at = State.SUBMITTED, now, add_working_time(now, days, calendar_for()).due
    row.save()
    _note(actor, row, _("Gửi lấy ý kiến"), before, now)
    return row


def search(row: Consultation) -> list[Candidate]:
    """Write down what looks alike now; what was answered stays, what is no longer alike and unanswered goes."""
    found = dict(likeness.candidates(row.item))
    kept = {one.item_id or -(one.component_id or 0): one for one in row.candidates.all()}
    for component, score, why in _shared(row.item):
        if -component not in kept:
            Candidate.objects.create(consultation=row, component_id=component, score=score, why=why)
    for pk, alike in found.items():
        if pk not in kept:
            Candidate.objects.create(consultation=row, item_id=pk, score=alike.score, why=alike.why())
    gone = [one.pk for pk, one in kept.items() if pk > 0 and pk not in found and not one.answer]
    row.candidates.filter(pk__in=gone).delete()
    return list(row.candidates.select_related("item__unit", "item__component", "component"))


def _shared(item: Item) -> list[tuple[int, float, list[str]]]:
    """Shared components of the city that do the same, or nearly."""
    own = item.component
    found = [(own.pk, 1.0, [_("đúng thành phần này đã có bản dùng chung")])] if own.shared else []
    return found + [(one.pk, 0.5, [_("thành phần gần nhau đã có bản dùng chung")])
                    for one in own.near.exclude(shared="")]


@transaction.atomic
def answer(actor: Actor, candidate: Candidate, given: dict, now: datetime | None = None) -> Candidate:
    """The author's word on one of what was found."""
    row = Consultation.objects.select_for_update().get(pk=candidate.consultation_id)
    if row.state not in (State.DRAFT, State.ASKED) or not access.speaks_for(actor, row.item.unit_id):
        raise PermissionError("not the author, or not now")
    fields = ("answer", "reason", "saving")
    before = changes.state(Candidate.objects.get(pk=candidate.pk), fields)
    for name in fields:
        setattr(candidate, name, given[name])
    candidate.answered_at, candidate.user = now or timezone.now(), actor.user
    candidate.save()
    changes.note(actor, Change.About.CONSULTATION, row.pk, row.item.unit_id, _("Trả lời mục giống"), before=before,
                 after=changes.state(candidate, fields))
    return candidate


def tier(row: Consultation) -> Tier:
    """The last one whose cost, or number of risks, is reached."""
    risks, cost = row.risks.count(), row.item.cost
    reached = [one for one in Tier.objects.all() if cost >= one.least_cost and not one.least_risks or (
        one.least_risks and (cost >= one.least_cost or risks >= one.least_risks))]
    if not reached:
        raise NotNow(_("Chưa có bậc lấy ý kiến nào trong danh mục."))
    return reached[-1]


@transaction.atomic
def ask(actor: Actor, row: Consultation, asked: str, now: datetime | None = None) -> Consultation:
    """More is needed: the clock stands until it comes."""
    row, before = _locked(actor, "ask", row)
    row.state, row.asked, row.added, row.stopped_at = State.ASKED, asked, "", now or timezone.now()
    row.save()
    _note(actor, row, _("Yêu cầu bổ sung"), before, row.stopped_at, asked)
    return row


@transaction.atomic
def add(actor: Actor, row: Consultation, added: str, now: datetime | None = None) -> Consultation:
    """What was asked for is there: the clock goes on, the date later by the pause."""
    row, before = _locked(actor, "add", row)
    now = now or timezone.now()
    if row.due_at and row.stopped_at:
        row.due_at = move_by(row.due_at, row.stopped_at, now, calendar_for(), {"unit": AmountUnit.WORKING_DAYS})
    row.state, row.added, row.stopped_at = State.SUBMITTED, added, None
    row.save()
    _note(actor, row, _("Đã bổ sung"), before, now, added)
    return row


@transaction.atomic
def propose(actor: Actor, row: Consultation, given: dict, now: datetime | None = None) -> Consultation:
    """The department's draft of an opinion that somebody else signs."""
    row, before = _locked(actor, "propose", row)
    row.opinion, row.reasons, row.join_unit = given["opinion"], given["reasons"], given.get("join_unit")
    row.proposed_by = actor.user
    row.save()
    _conditions(row, given)
    _note(actor, row, _("Đề xuất ý kiến"), before, now or timezone.now())
    return row


@transaction.atomic
def decide(actor: Actor, row: Consultation, given: dict, now: datetime | None = None) -> Consultation:
    """The opinion, with its reasons; conditions become directives."""
    row, before = _locked(actor, "decide", row)
    row.opinion, row.reasons, row.join_unit = given["opinion"], given["reasons"], given.get("join_unit")
    row.state, row.decided_at, row.decided_by = State.DECIDED, now or timezone.now(), actor.user
    row.save()
    _conditions(row, given)
    _note(actor, row, _("Cho ý kiến"), before, row.decided_at, row.reasons)
    conditions.hand_over(actor, row)
    return row


def _conditions(row: Consultation, given: dict) -> None:
    row.conditions.all().delete()
    if row.opinion == Opinion.CONDITIONS:
        due = given.get("conditions_due") or timezone.localdate() + timedelta(days=30)
        lines = [line.strip() for line in given.get("conditions", "").splitlines() if line.strip()]
        Condition.objects.bulk_create(Condition(consultation=row, text=line[:500], due=due) for line in lines)


@transaction.atomic
def direct(actor: Actor, row: Consultation, now: datetime | None = None) -> int:
    """Conditions that somebody else signed become directives of whoever gives them."""
    row, _before = _locked(actor, "direct", row)
    given = conditions.hand_over(actor, row)
    changes.note(actor, Change.About.CONSULTATION, row.pk, row.item.unit_id, _("Giao điều kiện thành chỉ đạo"),
                 after={"directives": given}, at=now)
    return given


@transaction.atomic
def follow(actor: Actor, row: Consultation, followed: str, now: datetime | None = None) -> Consultation:
    """What the unit did with the opinion."""
    row, before = _locked(actor, "follow", row)
    row.state, row.followed = State.FOLLOWED, followed
    row.save()
    _note(actor, row, _("Đã thực hiện ý kiến"), before, now or timezone.now(), followed)
    return row


@transaction.atomic
def withdraw(actor: Actor, row: Consultation, reason: str, now: datetime | None = None) -> Consultation:
    """The unit asks no more. An opinion that was given stays as it was given."""
    row, before = _locked(actor, "withdraw", row)
    row.state, row.withdrawal, row.withdrawn_at, row.stopped_at = State.WITHDRAWN, reason, now or timezone.now(), None
    row.save()
    _note(actor, row, _("Rút phiếu lấy ý kiến"), before, row.withdrawn_at, reason)
    return row


def is_overdue(row: Consultation, now: datetime) -> bool:
    """Nobody answered by the date; while more is asked for, the clock stands."""
    return row.state == State.SUBMITTED and row.due_at is not None and row.due_at < now


def _locked(actor: Actor, verb: str, row: Consultation) -> tuple[Consultation, dict]:
    found = Consultation.objects.select_for_update(of=("self",)).select_related(
        "item__unit", "item__component", "tier").get(pk=row.pk)
    if found.state not in MOVES[verb].sources:
        raise NotNow(_("Phiếu đã sang “%(state)s”.") % {"state": found.get_state_display()})
    if not may(actor, verb, found):
        raise PermissionError("not this person's move")
    return found, changes.state(found, ("state", "opinion", "due_at", *GATE))


def _note(actor: Actor, row: Consultation, what: str, before: dict, at: datetime, reason: str = "") -> None:
    changes.note(actor, Change.About.CONSULTATION, row.pk, row.item.unit_id, what, before=before, at=at,
                 after=changes.state(row, ("state", "opinion", "due_at", *GATE)), reason=reason)
