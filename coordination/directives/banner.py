"""What was given to a unit and nobody accepted, on every page of its people until they do."""

from dataclasses import dataclass
from datetime import datetime

from django.utils import timezone
from django.utils.functional import SimpleLazyObject

from accounts.roles import UNIT, Role
from hcmc_ioc.lib import sql


@dataclass(frozen=True)
class Duty:
    """How many wait; the one that has to be accepted first."""

    waiting: int
    pk: int
    title: str
    accept_by: datetime

    @property
    def now(self) -> datetime:
        return timezone.now()


_WAITING = """
    SELECT count(*) OVER (), directive.id, title, accept_by
    FROM coordination_recipient life JOIN coordination_directive directive ON directive.id = directive_id
    WHERE life.unit_id = %s AND life.ended_at IS NULL AND life.state = 'sent' ORDER BY accept_by LIMIT 1
"""


def of(user) -> Duty | None:
    """Of whoever may accept for their unit; None for everybody else, and where nothing waits."""
    membership = getattr(user, "membership", None)
    if membership is None or membership.role not in UNIT | {Role.CITY_LEADER}:
        return None
    found = sql.rows(_WAITING, [membership.unit_id])
    return Duty(*found[0]) if found else None


def waiting(request) -> dict:
    """`duty` for every page (a context processor), asked for where a page draws it."""
    return {"duty": SimpleLazyObject(lambda: of(getattr(request, "user", None)))}
