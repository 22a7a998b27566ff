"""What a rule would have done in the last 24 months: asked before it may work."""

from dataclasses import asdict, dataclass
from datetime import datetime

from django.utils import timezone

from accounts.actors import Actor
from districts.models import Unit
from indicators import owed, saying
from signals import access, machine, readings, topics
from signals.models import GONE, AlertRule

SHOWN = 200  # alerts that are listed


@dataclass(frozen=True)
class Told:
    """One alert that would have been: where, from when until when (words), the value that gave it."""

    unit: str
    began: str
    ended: str
    value: float | None


@dataclass(frozen=True)
class Replay:
    """`periods` were looked at, of which `known` have a figure in some place; `per_week` alerts would have come."""

    periods: int
    known: int
    alerts: list[Told]
    count: int
    per_week: float

    def to_json(self) -> dict:
        return asdict(self)


def replay(rule: AlertRule, now: datetime) -> Replay:
    """Run the rule over the past, with what was known then."""
    seen = readings.replay(rule, now)
    periods = readings.chain(rule, now, now - readings.MONTHS_BACK)
    units = {unit.pk: unit.name for unit in Unit.objects.filter(pk__in=[pk for pk in seen if pk])}
    found = [
        (episode.began, Told(units.get(pk, "") if pk else "", _said(rule, episode.began), _said(rule, episode.ended),
                             episode.value))
        for pk, found in seen.items()
        for episode in machine.run(found, rule.for_periods, rule.until_periods).episodes
    ]
    known = {one.key for found_ in seen.values() for one in found_ if one.value is not None}
    order = {period.code: place for place, period in enumerate(periods)}
    newest = [told for _began, told in sorted(found, key=lambda pair: -order.get(pair[0], 0))]
    weeks = max(1.0, sum((period.end - period.start).days for period in periods if period.code in known) / 7)
    return Replay(len(periods), len(known), newest[:SHOWN], len(found), round(len(found) / weeks, 2))


def _said(rule: AlertRule, code: str) -> str:
    return saying.period(owed.rule().parse(rule.period_kind, code)) if code else ""


def activate(actor: Actor, rule: AlertRule, now: datetime) -> Replay:
    """Let the rule work; what it would have done is kept with it. PermissionError for whoever makes no rules."""
    if actor.user is None or not access.may(actor, "define"):
        raise PermissionError("define")
    found = replay(rule, now)
    rule.replay, rule.activated_at, rule.activated_by = found.to_json(), now, actor.user
    rule.failed_at, rule.fault = None, ""
    rule.save(update_fields=["replay", "activated_at", "activated_by", "failed_at", "fault"])
    topics.changed()
    return found


def stop(actor: Actor, rule: AlertRule) -> None:
    """The rule works no more; what stood ends with it."""
    if not access.may(actor, "define"):
        raise PermissionError("define")
    rule.activated_at = rule.activated_by = None
    rule.save(update_fields=["activated_at", "activated_by"])
    rule.alerts.filter(ended="").update(ended=GONE, state=machine.State.NORMAL, changed_at=timezone.now())
    topics.changed()
