"""What may be listened to, by whom, and at which version it stands."""

from datetime import datetime

from django.utils import timezone

from dashboards.models import ScopeVersion, Screen
from feedback import access, outbox
from feedback.models import Ticket
from hcmc_ioc.lib import live


def allowed(topics: list[str], *, user=None, screen: Screen | None = None) -> list[str]:
    """Those of `topics` that this person or device may hear; strangers and unknown topics get nothing."""
    if screen is not None:
        return [t for t in topics if t in (live.EVERYTHING, f"unit:{screen.unit_id}")]
    if user is None or not user.is_authenticated or not user.role:
        return []
    return [topic for topic in topics[:20] if _may_hear(user, topic)]


def _may_hear(user, topic: str) -> bool:
    if topic == live.EVERYTHING:
        return access.may(user, "figures")  # a bare number: how often something changed somewhere
    kind, _, number = topic.partition(":")
    if not number.isdecimal() or len(number) > 18:
        return False
    if kind == "unit":
        units = access.units_of(user)
        return access.may(user, "figures") and (units is None or int(number) in units)
    if kind == "ticket":
        return Ticket.objects.visible_to(user).filter(pk=int(number)).exists()
    return False


def versions(topics: list[str]) -> dict[str, int]:
    """The version at which every topic stands now (0: never changed)."""
    found = dict.fromkeys(topics, 0)
    found |= dict(ScopeVersion.objects.filter(topic__in=topics).values_list("topic", "version"))
    tickets = [int(t.partition(":")[2]) for t in topics if t.startswith("ticket:")]
    if tickets:
        found |= {f"ticket:{pk}": v for pk, v in Ticket.objects.filter(pk__in=tickets).values_list("pk", "version")}
    return found


def lag(now: datetime | None = None) -> int:
    """How many seconds the figures are behind: the age of the oldest change that is not counted yet."""
    oldest = outbox.oldest()
    return max(0, int(((now or timezone.now()) - oldest).total_seconds())) if oldest else 0
