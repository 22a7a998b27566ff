"""Who may do what in the duty room. Deny by default: supervisors and leaders of the city run it, units that take part
read theirs and write in its timeline."""

from django.db.models import Q, QuerySet

from accounts.actors import Actor, Kind
from accounts.roles import UNIT, Role
from coordination.models import CityLevel, Incident, IncidentStep

RUNS = frozenset({Role.SUPERVISOR, Role.CITY_LEADER})
READS_ALL = RUNS | {Role.ANALYST, Role.OPERATOR}
SCOPE = "incidents:read"


def may_run(actor: Actor) -> bool:
    """Open incidents, join reports, tick the duty room's steps, close with a review, keep the duty log."""
    return actor.kind == Kind.PERSON and actor.role in RUNS


def reads_all(actor: Actor) -> bool:
    if actor.kind == Kind.CLIENT:
        return SCOPE in actor.scopes and actor.scope is None
    return actor.kind == Kind.PERSON and actor.role in READS_ALL


def may_read(actor: Actor) -> bool:
    if actor.kind == Kind.CLIENT:
        return SCOPE in actor.scopes
    return reads_all(actor) or (actor.kind == Kind.PERSON and actor.role in UNIT)


def readable(actor: Actor) -> QuerySet[Incident]:
    if reads_all(actor):
        return Incident.objects.all()
    if not may_read(actor):
        return Incident.objects.none()
    own = actor.scope or []
    return Incident.objects.filter(Q(lead__in=own) | Q(area__in=own) | Q(units__in=own)).distinct()


def may_write(actor: Actor, incident: Incident) -> bool:
    """A line in the timeline: whoever runs the room, and the people of the units that take part."""
    return incident.closed_at is None and (may_run(actor) or (
        actor.kind == Kind.PERSON and actor.role in UNIT and readable(actor).filter(pk=incident.pk).exists()))


def may_tick(actor: Actor, step: IncidentStep) -> bool:
    """The room's own steps by the room, a unit's by the unit too."""
    if step.incident.closed_at is not None or step.directive_id is not None:
        return False
    return may_run(actor) or (actor.kind == Kind.PERSON and actor.role in UNIT
                              and step.unit_id is not None and step.unit_id in (actor.scope or []))


def may_set(actor: Actor, level: CityLevel) -> bool:
    return may_run(actor) and (not level.needs_leader or actor.role == Role.CITY_LEADER)
