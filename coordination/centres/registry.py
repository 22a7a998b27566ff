"""The registry of centres: what units declare, beside what is measured; its only writer."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from django.db import transaction
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.actors import Actor
from coordination import changes
from coordination.centres import access, connection
from coordination.centres.connection import Connection, State, Tone
from coordination.models import Centre, CentreStatus, Change, Status
from districts.models import Unit

DECLARED = (
    "decision", "decided_on", "head", "contact", "tenure", "lessor", "monthly_price", "service_level", "leased_until",
    "staff", "shifts", "modules", "rooms", "cameras", "cameras_online", "sensors", "sensors_online", "security_level",
    "security_decision", "evidence",
)
CLAIMS_TO_WORK = frozenset({Status.TRIAL, Status.RUNNING})


@dataclass(frozen=True)
class Row:
    """A unit's centre: what it says, what is seen, and where these contradict each other."""

    unit: Unit
    centre: Centre | None
    said: CentreStatus | None
    connection: Connection
    contradictions: list[str]
    lease: str  # a warning, or ""

    @property
    def status(self) -> Status:
        return Status(self.said.status) if self.said else Status.NONE


def units() -> list[Unit]:
    """Every area of the map in force, and the organisations that have a centre."""
    asked = Unit.objects.in_force().filter(~Q(map="") | Q(
        kind__in=Unit.ORGANISATIONS, operations_centre__isnull=False))
    return list(asked.order_by("sort_key"))


def board(asked: Sequence[Unit], now: datetime) -> list[Row]:
    """The rows of these units: as many queries for one as for all."""
    today, ids = timezone.localdate(now), [unit.pk for unit in asked]
    centres = {one.unit_id: one for one in Centre.objects.filter(unit__in=ids).prefetch_related("modules")}
    said = statuses(ids, today)
    measured, warned = connection.measure(ids, now), connection.setting().lease_warning_days
    found = []
    for unit in asked:
        centre, own, seen = centres.get(unit.pk), said.get(unit.pk), measured[unit.pk]
        lease = lease_warning(centre, today, warned)
        found.append(Row(unit, centre, own, seen, contradictions(centre, own, seen, today), lease))
    return found


def statuses(unit_ids: Sequence[int], on: date) -> dict[int, CentreStatus]:
    """What each unit says of its centre on a day."""
    kept = CentreStatus.objects.filter(centre__unit__in=unit_ids, since__lte=on).select_related("centre", "user")
    return {one.centre.unit_id: one for one in kept.order_by("centre_id", "-since", "-pk").distinct("centre_id")}


def contradictions(centre: Centre | None, said: CentreStatus | None, seen: Connection, today: date) -> list[str]:
    """Where what a unit says does not fit what is seen, as sentences that hold both."""
    status = Status(said.status) if said else Status.NONE
    found = []
    if said and status in CLAIMS_TO_WORK:
        found += [_("Khai “%(status)s” từ %(day)s, nhưng %(sign)s: %(words)s.") % {
            "status": status.label, "day": f"{said.since:%d/%m/%Y}", "sign": one.name.lower(), "words": one.words}
            for one in seen.readings if one.rule.contradicts and one.tone == Tone.BAD]
        if centre and centre.leased_until and centre.leased_until < today:
            found.append(_("Khai “%(status)s”, nhưng hợp đồng thuê đã hết ngày %(day)s.") % {
                "status": status.label, "day": f"{centre.leased_until:%d/%m/%Y}"})
    elif seen.state == State.CONNECTED:
        found.append(_("Khai “%(status)s”, nhưng hệ thống thấy đơn vị đang dùng đều.") % {"status": status.label})
    return found


def lease_warning(centre: Centre | None, today: date, days: int) -> str:
    """That a lease ends soon or has ended."""
    if centre is None or centre.tenure != Centre.Tenure.LEASED or centre.leased_until is None:
        return ""
    left = (centre.leased_until - today).days
    if left < 0:
        return _("Hợp đồng thuê đã hết %(n)s ngày") % {"n": -left}
    return _("Hợp đồng thuê còn %(n)s ngày") % {"n": left} if left <= days else ""


@transaction.atomic
def declare(actor: Actor, unit: Unit, form) -> Centre:
    """Keep what a form says of a unit's centre, with what it said before."""
    _allowed(actor, unit)
    before = changes.state(Centre.objects.filter(unit=unit).first(), DECLARED)
    made = form.save(commit=False)
    made.unit, made.updated_at = unit, timezone.now()
    made.save()
    form.save_m2m()
    changes.note(actor, Change.About.CENTRE, unit.pk, unit.pk, _("Sửa hồ sơ trung tâm"), before=before,
                 after=changes.state(made, DECLARED))
    return made


@transaction.atomic
def set_status(actor: Actor, unit: Unit, status: str, since: date, basis: str, at: datetime | None = None,
               ) -> CentreStatus:
    """Say how far a unit's centre is, from a day on; what was said before stays."""
    _allowed(actor, unit)
    at = at or timezone.now()
    centre, _made = Centre.objects.get_or_create(unit=unit)
    before = statuses([unit.pk], since).get(unit.pk)
    made = CentreStatus.objects.create(
        centre=centre, status=status, since=since, basis=basis, user=actor.user, at=at)
    changes.note(actor, Change.About.CENTRE, unit.pk, unit.pk, _("Đổi trạng thái trung tâm"), at=at, reason=basis,
                 before={"status": before.status if before else ""}, after={"status": status,
                                                                            "since": since.isoformat()})
    return made


def _allowed(actor: Actor, unit: Unit) -> None:
    if not access.may_edit(actor, unit):
        raise PermissionError("not a keeper of this centre")
