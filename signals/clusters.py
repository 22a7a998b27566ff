"""Many reports of one field in one place: within 24 hours at least five, and more than chance gives.

Chance: as many as on the eight same weekdays before, by Poisson's law; told below one in ten thousand. A place is a
cell of H3 at resolution 8 (about 0.7 km²).
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from math import exp

from django.db import transaction

from hcmc_ioc.lib.sql import rows
from signals import topics
from signals.models import Cluster

WINDOW, WEEKS, LEAST, CHANCE = timedelta(hours=24), 8, 5, 1e-4
_FOUND = """
    WITH near AS (
        SELECT cell_8, coalesce(category.parent_id, category.id) AS field_id, area_id, occurred_at
        FROM feedback_ticket JOIN feedback_category category ON category.id = category_id
        WHERE occurred_at > %(now)s - %(window)s AND occurred_at <= %(now)s AND cell_8 IS NOT NULL
    ), many AS (
        SELECT cell_8, field_id, count(*) AS tickets, min(occurred_at) AS since,
               mode() WITHIN GROUP (ORDER BY area_id) AS area_id
        FROM near GROUP BY 1, 2 HAVING count(*) >= %(least)s
    )
    SELECT many.*, (
        SELECT count(*) FROM feedback_ticket JOIN feedback_category category ON category.id = category_id
        JOIN generate_series(1, %(weeks)s) AS back ON occurred_at > %(now)s - %(window)s - back * interval '7 days'
            AND occurred_at <= %(now)s - back * interval '7 days'
        WHERE occurred_at > %(now)s - %(window)s - %(weeks)s * interval '7 days' AND occurred_at < %(now)s
            AND cell_8 = many.cell_8 AND coalesce(category.parent_id, category.id) = many.field_id
    ) FROM many
"""


@dataclass(frozen=True)
class Found:
    cell: int
    field_id: int
    unit_id: int | None
    tickets: int
    expected: float
    since: datetime


def more_than(count: int, expected: float) -> float:
    """The chance that Poisson's law gives `count` or more where `expected` are usual."""
    term = total = exp(-expected)
    for k in range(1, count):
        term *= expected / k
        total += term
    return max(0.0, 1 - total)


def find(now: datetime) -> list[Found]:
    """The clusters that stand at this moment."""
    given = {"now": now, "window": WINDOW, "least": LEAST, "weeks": WEEKS}
    found = []
    for cell, field, tickets, since, unit, before in rows(_FOUND, given):
        expected = (before + 0.5) / WEEKS  # half a report more than was seen: never having seen one proves little
        if more_than(tickets, expected) < CHANCE:
            found.append(Found(cell, field, unit, tickets, expected, since))
    return found


@transaction.atomic
def watch(now: datetime) -> None:
    """Keep the rows of what stands: new ones begin, others grow, what is no more ends."""
    standing = {(one.cell, one.field_id): one for one in Cluster.objects.select_for_update().filter(ended_at=None)}
    found = {(one.cell, one.field_id): one for one in find(now)}
    fresh = [Cluster(cell=one.cell, field_id=one.field_id, unit_id=one.unit_id, tickets=one.tickets,
                     expected=one.expected, since=one.since, found_at=now)
             for key, one in found.items() if key not in standing]
    Cluster.objects.bulk_create(fresh, ignore_conflicts=True)
    moved = False
    for key, row in standing.items():
        now_there = found.get(key)
        if now_there is None:
            row.ended_at = now
        elif now_there.tickets != row.tickets:
            row.tickets, row.expected = now_there.tickets, now_there.expected
        else:
            continue
        row.save()
        moved = True
    if fresh or moved:
        topics.changed()


def per_week(moments: Sequence[datetime]) -> float:
    """How many clusters would have been told a week, looking at each of these moments (replay)."""
    seen: set[tuple[int, int]] = set()
    count = 0
    for moment in moments:
        standing = {(one.cell, one.field_id) for one in find(moment)}
        count += len(standing - seen)
        seen = standing
    weeks = (moments[-1] - moments[0]).total_seconds() / (7 * 86400) if len(moments) > 1 else 1
    return count / weeks if weeks else float(count)
