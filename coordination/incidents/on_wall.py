"""What the duty room puts on the wall: the city's level with the incidents that are shown, and overdue directives."""

from datetime import datetime

from coordination import topics
from coordination.directives import board
from coordination.incidents import actions, levels
from coordination.models import Incident, Recipient
from dashboards.screens.wall_views import SCENES, Scene
from districts.models import Unit
from hcmc_ioc.lib import sql

SHOWN, WORST = 4, 10


def register() -> None:
    SCENES["incidents"] = Scene("coordination/incidents/wall.html", incidents, lambda _unit: actions.ALL)
    SCENES["directives"] = Scene("coordination/directives/wall.html", directives, lambda _unit: topics.ON_WALL)


def incidents(unit: Unit, now: datetime) -> dict:
    """Open incidents, the worst first; it takes over while one of them is shown or the level is raised enough."""
    found = Incident.objects.filter(closed_at=None).select_related("lead", "area")
    if unit.kind != Unit.Kind.CITY:
        found = found.filter(pk__in=_of(unit))
    rows = list(found.order_by("-on_wall", "-severity", "-opened_at")[:SHOWN])
    standing = levels.now(now)
    urgent = any(row.on_wall for row in rows) or (standing is not None and standing.interrupts)
    return {"incidents": rows, "standing": standing, "now": now, "interrupts": urgent,
            "is_empty": not rows and not (standing and standing.is_raised)}


def _of(unit: Unit) -> list[int]:
    own = Unit.objects.subtree_ids(unit)
    rows = sql.rows("SELECT id FROM coordination_incident WHERE closed_at IS NULL AND (lead_id = ANY(%(u)s) "
                    "OR area_id = ANY(%(u)s) OR id IN (SELECT incident_id FROM coordination_incident_units "
                    "WHERE unit_id = ANY(%(u)s)))", {"u": own})
    return [pk for pk, in rows]


def directives(unit: Unit, now: datetime) -> dict:
    """Counts of open lives, the strip, and who is most behind."""
    own = None if unit.kind == Unit.Kind.CITY else Unit.objects.subtree_ids(unit)
    lives = Recipient.objects.all() if own is None else Recipient.objects.filter(unit__in=own)
    counts = board.counts(lives, now)
    behind = [(row.unit, row.late, row.open) for row in board.discipline(board.year_back(now), now, own) if row.late]
    return {"counts": counts, "now": now, "is_empty": not counts.open,
            "behind": sorted(behind, key=lambda row: -row[1])[:WORST]}
