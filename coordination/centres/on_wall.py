"""The roll-out of the year on the wall: milestones, the tile map, who is late."""

from datetime import datetime

from django.utils import timezone

from coordination import topics
from coordination.centres import connection, registry, rollout
from dashboards.screens.wall_views import SCENES, Scene
from districts.models import Unit

LATE_SHOWN = 10


def register() -> None:
    SCENES["rollout"] = Scene("coordination/centres/wall.html", scene, lambda _unit: topics.ROLLOUT)


def scene(unit: Unit, now: datetime) -> dict:
    """Of the city alone; passed over where no plan runs or all of it is done."""
    today = timezone.localdate(now)
    plan = rollout.current(today) if unit.kind == Unit.Kind.CITY else None
    if plan is None:
        return {"board": None, "now": now, "is_empty": True}
    found = rollout.board(plan, registry.units(), today, connection.setting().pace_days)
    return {"board": found, "late": found.laggards[:LATE_SHOWN], "now": now, "is_empty": found.forecast.is_done,
            "map": rollout.tile_map(found, lambda _unit: "")}
