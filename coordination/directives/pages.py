"""What the pages of directives show, as contexts."""

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.http import QueryDict
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.actors import Actor
from accounts.models import Membership
from coordination import access
from coordination.directives import actions, board, subjects
from coordination.directives.forms import AmendForm, MoveForm
from coordination.directives.moves import FIELDS
from coordination.machines.directives import LABELS, OPEN, WITH_SENDER, Move, State, legal
from coordination.models import Directive, DirectiveEvent, Extension, Recipient
from districts.models import Unit
from hcmc_ioc.lib.svg.strip import strip


def ways() -> dict[str, str]:
    """How the list can be narrowed, by the name in the address."""
    return {"dang-mo": _("Đang mở"), "chua-tiep-nhan": _("Chưa tiếp nhận"), "dang-lam": _("Đang thực hiện"),
            "qua-han": _("Quá hạn"), "cho-xac-nhan": _("Chờ xác nhận"), "da-xong": _("Đã xong"), "tat-ca": _("Tất cả")}


def overview(actor: Actor, given: QueryDict, now: datetime) -> dict[str, Any]:
    """Counts, the strip, how the list is narrowed; of a unit what it has to do."""
    way = given.get("xem", "dang-mo")
    unit = Unit.objects.filter(slug=given.get("don-vi", "").replace("\0", "")).first()
    asked = {"way": way if way in ways() else "dang-mo", "unit": unit.pk if unit else None,
             "kind": given.get("loai") if given.get("loai") in Directive.Kind.values else None,
             "text": given.get("q", "").replace("\0", "").strip()[:100], "mine": given.get("cua-toi") == "1"}
    everything = access.reads_all(actor)
    own = None if everything else access.units_of(actor)
    lives = board.recipients(actor) if everything else board.recipients(actor).filter(unit__in=own or [])
    if unit:
        lives, own = lives.filter(unit=unit), [unit.pk]
    received = Unit.objects.filter(pk__in=Recipient.objects.filter(ended_at=None).values("unit"))
    return {
        "asked": asked, "ways": ways(), "kinds": Directive.Kind.choices, "unit": unit, "everything": everything,
        "counts": board.counts(lives, now), "strip": drawn_strip(own, now), "sends": access.kinds_sent(actor),
        "units": received if everything else [], "narrowed": any(given.get(name) for name in ("xem", "loai", "q")),
        "duties": board.duties(actor, now),
    }


def drawn_strip(units: list[int] | None, now: datetime):
    """Open lives by the day of their term."""
    today = timezone.localdate(now)
    days = board.strip(units, now)

    def label(offset: int) -> str:
        day = f"{today + timedelta(days=offset):%d/%m}"
        if offset == -board.BEHIND:
            return _("đến %(day)s") % {"day": day}
        return _("từ %(day)s") % {"day": day} if offset == board.AHEAD else day
    names = {"sent": _("chưa tiếp nhận"), "at_work": _("đang thực hiện"), "waiting": _("chờ người giao")}
    return strip(days, _("Việc đang mở theo thời hạn"), label, names)


def without_people() -> list[str]:
    """Names of units in force for which nobody would answer."""
    there = Membership.objects.valid().filter(user__is_active=True).values("unit")
    lonely = Unit.objects.in_force().exclude(pk__in=there).exclude(
        kind__in=[Unit.Kind.UNASSIGNED, Unit.Kind.NEIGHBOURHOOD])
    return [unit.name for unit in lonely]


@dataclass(frozen=True)
class Life:
    """One recipient as a person sees it: what they can do, and what happened."""

    row: Recipient
    is_late: bool
    accepts_late: bool
    asked: Extension | None
    forms: list[tuple[Move, MoveForm]]
    history: list["Told"]
    is_own: bool


FEW = 8  # recipients whose lives all stand open


@dataclass(frozen=True)
class Told:
    """One event in words."""

    event: DirectiveEvent
    label: str
    said: list[tuple[str, str]]


def one(actor: Actor, chosen: Directive, now: datetime, forms: Mapping[tuple[int, str], MoveForm],
        opened: str = "") -> dict[str, Any]:
    """One directive with the lives that this person may see; opening it is noted for their unit. Of many recipients
    those stand open that are one's own, wait for the sender, were `opened`, or hold a form; the others are a line."""
    rows = list(chosen.recipients.select_related("unit", "seen_by").order_by("-part", "unit__sort_key"))
    own = set(access.units_of(actor))
    for row in rows:
        row.directive = chosen
        if row.seen_at is None and row.unit_id in own:
            actions.see(actor, row)
    events: defaultdict[int | None, list[Told]] = defaultdict(list)
    for event in chosen.events.select_related("user"):
        events[event.recipient_id].append(_told(event))
    asked = board.extensions([row.pk for row in rows])
    seen = [row for row in rows if access.sees_recipient(actor, row)]
    typed = {pk for pk, _verb in forms}
    brief = [row for row in seen if len(seen) > FEW and not (
        row.unit_id in own or row.state in WITH_SENDER or row.pk in asked or row.pk in typed or str(row.pk) == opened)]
    lives = [_life(actor, row, now, asked.get(row.pk), events[row.pk], forms, own)
             for row in seen if row not in brief]
    lives.sort(key=lambda life: (not life.is_own, not life.forms))
    return {
        "directive": chosen, "lives": lives, "brief": brief, "opened": opened,
        "others": len(rows) - len(seen), "total": len(rows),
        "accepted": sum(row.accepted_at is not None for row in rows), "open_count": sum(r.is_open for r in rows),
        "confirmed": sum(row.state == State.CONFIRMED for row in rows),
        "unseen": sum(row.seen_at is None and row.state == State.SENT for row in rows),
        "is_open": any(row.state in OPEN for row in rows) and not chosen.recalled_at,
        "versions": list(chosen.versions.select_related("user")), "history": events[None],
        "figure_now": subjects.figure_now(chosen), "closed": subjects.closed_of(chosen),
        "manages": access.may_manage(actor, chosen), "parts": Recipient.Part,
        "units": {part: [row.unit for row in rows if row.part == part] for part in Recipient.Part},
    }


def _life(actor: Actor, row: Recipient, now: datetime, asked: Extension | None, history: list[Told],
          forms: Mapping[tuple[int, str], MoveForm], own: set[int]) -> Life:
    is_late = row.is_late(now)
    possible = [move for move in legal(row.directive.kind, row.state, asks_extension=asked is not None,
                                       is_late=is_late) if access.may_move(actor, move, row)]
    offered = [(move, forms.get((row.pk, move.verb)) or _move_form(actor, move, row, now)) for move in possible]
    return Life(row, is_late, row.accepts_late(now), asked, offered, history, row.unit_id in own)


def _move_form(actor: Actor, move: Move, row: Recipient, now: datetime) -> MoveForm:
    term = max(timezone.localdate(row.due_at), timezone.localdate(now))
    first = {"version": row.version, "own_date": term, "in_charge": str(actor.user or "")}
    return MoveForm(move, initial=first)


def amend_form(chosen: Directive) -> AmendForm:
    first = {"title": chosen.title, "result": chosen.result, "body": chosen.body, "version": chosen.version,
             "due_on": timezone.localdate(chosen.due_at)}
    return AmendForm(initial=first, auto_id="amend_%s")


def _told(event: DirectiveEvent) -> Told:
    said = [(str(FIELDS[name]), _written(value)) for name, value in event.texts.items() if name in FIELDS]
    return Told(event, str(LABELS.get(event.verb, event.verb)), said)


def _written(value: str) -> str:
    """A day as people write it; all else as it was said."""
    parts = value.split("-")
    return f"{parts[2]}/{parts[1]}/{parts[0]}" if len(value) == 10 and len(parts) == 3 else value
