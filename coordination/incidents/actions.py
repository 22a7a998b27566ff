"""The only writer of incidents: opened with a playbook, joined with reports of citizens, followed line by line, closed
with a review. Each deed is a transaction with its line in the timeline; those that matter stand in the duty log too."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.db.models import Max
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts import keys
from accounts.actors import Actor
from coordination import access as directives_access
from coordination.directives import actions as directives
from coordination.directives import clock
from coordination.directives.actions import Draft
from coordination.incidents import access, duty
from coordination.machines.directives import Illegal
from coordination.machines.incidents import Line, Severity
from coordination.models import (
    Directive,
    Incident,
    IncidentLine,
    IncidentStep,
    IncidentTicket,
    Level,
    Playbook,
    PlaybookStep,
)
from districts.calendars import calendar_for
from districts.models import Unit
from hcmc_ioc.lib.words import number
from live import hints, topics

TOPIC, ALL = "incident", "incidents"
MOST_JOINED = 5_000


@dataclass(frozen=True)
class Opening:
    """What an incident begins with."""

    title: str
    severity: int
    lead: Unit
    area: Unit | None = None
    place: str = ""
    units: Sequence[Unit] = ()
    playbook: Playbook | None = None
    source: dict = field(default_factory=dict)
    tickets: Sequence[int] = ()
    on_wall: bool = False
    lat: float | None = None
    lon: float | None = None


@transaction.atomic
def open_incident(actor: Actor, opening: Opening, at: datetime | None = None) -> Incident:
    """Open it; the tasks of its playbook become directives where the person may direct, else lines with a clock."""
    if (earlier := keys.claim(actor)) is not None:
        return Incident.objects.get(pk=earlier["incident"])
    at = at or timezone.now()
    if actor.user is None or not access.may_run(actor):
        raise PermissionDenied
    made = Incident.objects.create(
        title=opening.title, severity=opening.severity, place=opening.place, area=opening.area, lead=opening.lead,
        playbook=opening.playbook, source=opening.source, on_wall=opening.on_wall, opened_at=at, opened_by=actor.user,
        lat=opening.lat, lon=opening.lon)
    made.units.set(opening.units)
    _line(made, Line.OPENED, opening.source.get("words", ""), actor, at, opening.source.get("url", ""))
    duty.write(actor.user, f"Mở sự cố {made.code}: {made.title}", reverse("incident", args=[made.pk]), at)
    for step in opening.playbook.steps.select_related("unit") if opening.playbook else ():
        _begin_step(actor, made, step, at)
    if opening.tickets:
        _join(actor, made, opening.tickets, at)
    keys.keep(actor, {"incident": made.pk})
    _changed(made)
    return made


def _begin_step(actor: Actor, incident: Incident, step: PlaybookStep, at: datetime) -> None:
    due_at = at + timedelta(minutes=step.minutes)
    unit = (step.unit or incident.lead) if step.form == PlaybookStep.Form.TASK else None
    directive = None
    if unit is not None and directives_access.may_send(actor, Directive.Kind.DIRECTIVE):
        directive = _direct(actor, incident, step, unit, due_at, at)
    IncidentStep.objects.create(
        incident=incident, position=step.position, text=step.text, unit=unit, due_at=due_at, directive=directive)


def _direct(actor: Actor, incident: Incident, step: PlaybookStep, unit: Unit, due_at: datetime,
            at: datetime) -> Directive:
    """A step as a directive of the most pressing level; its term is the step's, day and night."""
    level = Level.objects.order_by("-rank")[0]
    about = {"about_kind": Directive.About.INCIDENT,
             "about": {"words": f"{incident.code}: {incident.title}", "url": reverse("incident", args=[incident.pk]),
                       "incident": incident.pk}}
    day = clock.working_day_from(timezone.localdate(due_at), calendar_for())
    draft = Draft(kind=Directive.Kind.DIRECTIVE, level=level, title=step.text, due_on=day, lead=[unit], about=about,
                  result=_("Báo kết quả về phòng trực"), due_at=due_at)
    made = directives.send(actor=actor.sending("", ""), draft=draft, at=at)
    _line(incident, Line.DIRECTED, f"{made.code}: {unit.name_vi} – {step.text}", actor, at,
          reverse("directive", args=[made.pk]))
    return made


@transaction.atomic
def note(actor: Actor, incident_id: int, text: str, at: datetime | None = None) -> IncidentLine:
    incident = _locked(incident_id)
    if not access.may_write(actor, incident):
        raise PermissionDenied
    if not text.strip():
        raise Illegal(_("Chưa có nội dung."))
    line = _line(incident, Line.NOTE, text.strip(), actor, at or timezone.now())
    _changed(incident)
    return line


@transaction.atomic
def tick(actor: Actor, step_id: int, at: datetime | None = None) -> IncidentStep:
    """A step is done; a second press changes nothing."""
    at = at or timezone.now()
    step = IncidentStep.objects.select_for_update(of=("self",)).select_related("incident").get(pk=step_id)
    if not access.may_tick(actor, step):
        raise PermissionDenied
    if step.done_at is None:
        step.done_at, step.done_by = at, actor.user
        step.save(update_fields=["done_at", "done_by"])
        _line(step.incident, Line.STEP, step.text, actor, at)
        _changed(step.incident)
    return step


@transaction.atomic
def join(actor: Actor, incident_id: int, tickets: Sequence[int], at: datetime | None = None) -> int:
    """Reports of citizens that belong to it, many at once; returns how many were new."""
    incident = _locked(incident_id)
    if not access.may_run(actor) or incident.closed_at is not None:
        raise PermissionDenied
    count = _join(actor, incident, tickets, at or timezone.now())
    _changed(incident)
    return count


def _join(actor: Actor, incident: Incident, tickets: Sequence[int], at: datetime) -> int:
    known = set(incident.joined.filter(ticket__in=tickets).values_list("ticket_id", flat=True))
    fresh = [pk for pk in dict.fromkeys(tickets) if pk not in known][:MOST_JOINED]
    if not fresh:
        return 0
    batch = (incident.joined.aggregate(last=Max("batch"))["last"] or 0) + 1
    IncidentTicket.objects.bulk_create(
        IncidentTicket(incident=incident, ticket_id=pk, batch=batch, at=at) for pk in fresh)
    _line(incident, Line.JOINED, f"{number(len(fresh))} phản ánh (đợt {batch})", actor, at)
    return len(fresh)


@transaction.atomic
def part(actor: Actor, incident_id: int, batch: int, at: datetime | None = None) -> int:
    """Undo one joining: the reports that came together leave together."""
    incident = _locked(incident_id)
    if not access.may_run(actor) or incident.closed_at is not None:
        raise PermissionDenied
    count, _rows = incident.joined.filter(batch=batch).delete()
    if count:
        _line(incident, Line.PARTED, f"{number(count)} phản ánh (đợt {batch})", actor, at or timezone.now())
        _changed(incident)
    return count


@transaction.atomic
def set_severity(actor: Actor, incident_id: int, severity: int, *, on_wall: bool,
                 at: datetime | None = None) -> Incident:
    """How bad it is now, and whether the wall shows it."""
    at = at or timezone.now()
    incident = _locked(incident_id)
    if not access.may_run(actor) or incident.closed_at is not None:
        raise PermissionDenied
    if incident.severity != severity:
        before, now = (Severity(one).label for one in (incident.severity, severity))
        _line(incident, Line.SEVERITY, f"{before} → {now}", actor, at)
    incident.severity, incident.on_wall = severity, on_wall
    incident.save(update_fields=["severity", "on_wall"])
    _changed(incident)
    return incident


@transaction.atomic
def close(actor: Actor, incident_id: int, review: str, at: datetime | None = None) -> Incident:
    """Over, with what was learnt from it: no incident ends without."""
    at = at or timezone.now()
    incident = _locked(incident_id)
    if actor.user is None or not access.may_run(actor):
        raise PermissionDenied
    if incident.closed_at is not None:
        raise Illegal(_("Sự cố đã kết thúc."))
    if len(review.strip()) < 20:
        raise Illegal(_("Ghi rút kinh nghiệm: nguyên nhân, việc làm tốt, việc phải sửa (ít nhất 20 ký tự)."))
    incident.closed_at, incident.closed_by, incident.review = at, actor.user, review.strip()
    incident.on_wall = False
    incident.save()
    _line(incident, Line.CLOSED, "", actor, at)
    duty.write(actor.user, f"Kết thúc sự cố {incident.code}: {incident.title}",
               reverse("incident", args=[incident.pk]), at)
    _changed(incident)
    return incident


def _locked(pk: int) -> Incident:
    return Incident.objects.select_for_update(of=("self",)).get(pk=pk)


def _line(incident: Incident, kind: Line, text: str, actor: Actor, at: datetime, url: str = "") -> IncidentLine:
    return IncidentLine.objects.create(
        incident=incident, kind=kind, text=text[:1000], url=url[:300], user=actor.user, at=at)


def _changed(incident: Incident) -> None:
    hints.publish_on_commit(topics.raise_versions(sorted([ALL, f"{TOPIC}:{incident.pk}"])))
