"""What a move brings about in its recipient, and what it needs to be made. Rows are changed, not saved."""

from collections.abc import Mapping
from datetime import date, datetime

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.actors import Actor
from coordination.directives import clock
from coordination.machines.directives import AT_WORK, Illegal, Move, State
from coordination.models import Extension, Recipient
from districts.calendar import move_by
from districts.calendars import calendar_for

FIELDS = {
    "in_charge": gettext_lazy("Người phụ trách"), "plan": gettext_lazy("Cách làm"),
    "own_date": gettext_lazy("Ngày hẹn xong"), "text": gettext_lazy("Nội dung"),
    "evidence": gettext_lazy("Căn cứ, minh chứng"), "reason": gettext_lazy("Lý do"),
    "cause": gettext_lazy("Nguyên nhân"), "remedy": gettext_lazy("Cách khắc phục"),
    "remedy_date": gettext_lazy("Khắc phục xong ngày"), "proposal": gettext_lazy("Đề xuất"),
    "until": gettext_lazy("Xin gia hạn đến ngày"),
}
DATES = frozenset({"own_date", "remedy_date", "until"})
LONGEST = {"in_charge": 120, "reason": 500, "cause": 1000, "proposal": 1000, "remedy": 2000, "plan": 2000,
           "text": 3000, "evidence": 2000}


def ask_to_accept(row: Recipient, at: datetime) -> None:
    """The clocks of acceptance begin; the term is the directive's. What is asked behind its term can still be accepted
    in time."""
    level, calendar = row.directive.level, calendar_for(row.unit_id)
    row.asked_at, row.due_at = at, row.directive.due_at
    by = clock.accept_by(level, at, calendar)
    row.accept_by = min(by, row.due_at) if row.due_at > at else by
    row.accepted_at, row.own_date, row.ask_at = None, None, None
    first = next(clock.steps(level, list(level.steps.all()), at, row.accept_by, calendar), None)
    row.step_at = first.at if first else None


def settle_term(row: Recipient, at: datetime) -> None:
    """A term that passed without a result stays marked, whatever term follows."""
    if row.late_since is None and (row.reported_at or at) > row.due_at:
        row.late_since = row.due_at


def end(row: Recipient, state: State, at: datetime) -> None:
    """Nothing is waited for any more: what was queued goes in the same transaction."""
    row.state, row.ended_at, row.step_at, row.ask_at = state, at, None, None


def checked(move: Move, given: Mapping[str, object], row: Recipient, at: datetime) -> dict:
    """What the move needs, of the right kind and in its bounds; `Illegal` names the first that is not."""
    found: dict = {}
    for name in (*move.needs, *move.may):
        value = given.get(name)
        if isinstance(value, str):
            value = value.strip()[:LONGEST.get(name, 1000)]
        if name in DATES and not isinstance(value, date):
            value = _day(value)
        if value in (None, "") and name in move.needs:
            raise Illegal(_("%(field)s: chưa điền.") % {"field": FIELDS[name]})
        if value not in (None, ""):
            found[name] = value
    _in_bounds(found, row, at)
    return found


def _day(value: object) -> date | None:
    try:
        return date.fromisoformat(str(value)) if value else None
    except ValueError:
        return None


def _in_bounds(found: Mapping, row: Recipient, at: datetime) -> None:
    today, term = clock.local_day(at), clock.local_day(row.due_at)
    if (day := found.get("own_date")) and not today <= day <= max(term, today):
        raise Illegal(_("Ngày hẹn xong phải từ hôm nay đến thời hạn %(day)s.") % {"day": f"{term:%d/%m/%Y}"})
    if (day := found.get("remedy_date")) and day < today:
        raise Illegal(_("Ngày khắc phục phải từ hôm nay trở đi."))
    if day := found.get("until"):
        if day <= term or day <= today:
            raise Illegal(_("Ngày xin gia hạn phải sau thời hạn đang có và sau hôm nay."))
        if clock.end_of(day, calendar_for(row.unit_id)) is None:
            raise Illegal(_("Ngày xin gia hạn là ngày nghỉ."))


def apply(actor: Actor, move: Move, row: Recipient, texts: Mapping, asked: Extension | None, at: datetime) -> None:
    """Change the recipient as the move says; `asked` is the extension that waits for an answer."""
    before = row.state
    if row.seen_at is None and move.side == "recipient":
        row.seen_at, row.seen_by = at, actor.user
    effect = _EFFECTS.get(move.verb)
    if effect:
        effect(actor, row, texts, asked, at)
    if move.to is not None and row.ended_at is None:
        row.state = move.to
    if before == State.SENT and row.state != State.SENT:
        row.step_at = None  # nobody is told any more that it is not accepted


def _accepted(_actor, row, texts, _asked, at) -> None:
    row.accepted_at, row.in_charge, row.plan = at, texts["in_charge"], texts["plan"]
    row.own_date, row.ask_at = texts["own_date"], clock.halfway(at, row.due_at)


def _explained(_actor, row, texts, asked, at) -> None:
    row.accepted_at = row.accepted_at or at
    row.own_date = texts["remedy_date"]
    _reported(_actor, row, texts, asked, at)


def _reported(_actor, row, _texts, _asked, at) -> None:
    settle_term(row, at)
    row.reported_at, row.ask_at = at, None


def _progressed(_actor, row, _texts, _asked, _at) -> None:
    row.ask_at = None


def _confirmed(_actor, row, _texts, _asked, at) -> None:
    end(row, State.CONFIRMED, at)


def _released(_actor, row, _texts, _asked, at) -> None:
    settle_term(row, at)
    end(row, State.RELEASED, at)


def _after_sender(row: Recipient, at: datetime) -> datetime:
    """The term, moved by the working time in which the sender had it: that is not the unit's."""
    if row.reported_at is None:
        return row.due_at
    return move_by(row.due_at, row.reported_at, at, calendar_for(row.unit_id), {"unit": "working_hours"})


def _given_back(_actor, row, _texts, _asked, at) -> None:
    row.due_at = _after_sender(row, at)
    row.reported_at, row.returns = None, row.returns + 1


def _refused(_actor, row, _texts, _asked, at) -> None:
    settle_term(row, at)
    row.reported_at = at


def _insisted(_actor, row, _texts, _asked, at) -> None:
    due_at = _after_sender(row, at)
    ask_to_accept(row, at)
    row.due_at, row.reported_at = due_at, None


def _extension_asked(actor, row, texts, _asked, at) -> None:
    until = clock.end_of(texts["until"], calendar_for(row.unit_id))
    if until is None:
        raise ValueError("a term is a working day: it was checked")
    Extension.objects.create(recipient=row, until=until, cause=texts["cause"], proposal=texts["proposal"],
                             asked_by=actor.user, asked_at=at)


def _agreed(actor, row, texts, asked, at) -> None:
    settle_term(row, at)
    row.due_at = asked.until
    if row.state in AT_WORK and row.accepted_at:
        row.ask_at = clock.halfway(at, row.due_at)
    _decided(asked, actor, texts, at, agreed=True)


def _denied(actor, _row, texts, asked, at) -> None:
    _decided(asked, actor, texts, at, agreed=False)


def _decided(asked: Extension, actor: Actor, texts: Mapping, at: datetime, *, agreed: bool) -> None:
    asked.agreed, asked.decided_by, asked.decided_at = agreed, actor.user, at
    asked.reason = texts.get("reason") or texts.get("text", "")
    asked.save()


_EFFECTS = {
    "accept": _accepted, "refuse": _refused, "explain": _explained, "report": _reported, "progress": _progressed,
    "confirm": _confirmed, "release": _released, "give_back": _given_back, "insist": _insisted,
    "extend": _extension_asked, "agree": _agreed, "deny": _denied,
}
