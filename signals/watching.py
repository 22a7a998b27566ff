"""What beat does with rules: look at the figures, begin and end alerts. The only writer of `Alert`.

An alert follows from the figures alone, so looking twice, or after a kill, changes nothing.
"""

import logging
from datetime import datetime

from django.db import transaction

from signals import machine, readings, topics
from signals.models import Alert, AlertRule

log = logging.getLogger(__name__)


def watch_rules(now: datetime) -> None:
    """Every rule at work; one that cannot be judged holds up no other."""
    rules = AlertRule.objects.exclude(activated_at=None).select_related("indicator__set_item__value_set")
    for rule in rules:
        try:
            look(rule, now)
        except Exception:
            log.exception("the rule %s cannot be judged", rule.code)


@transaction.atomic
def look(rule: AlertRule, now: datetime) -> None:
    """The alerts of one rule as the figures say now; those that began before it worked are not told."""
    if rule.activated_at is None:
        return
    locked = AlertRule.objects.select_for_update(of=("self",)).get(pk=rule.pk)
    there = {(alert.unit_id, alert.began): alert for alert in Alert.objects.filter(rule=locked)}
    changed = False
    for unit, seen in readings.current(rule, now).items():
        course = machine.run(seen, rule.for_periods, rule.until_periods)
        for episode in course.episodes:
            alert = there.get((unit, episode.began))
            is_open = not episode.ended
            if alert is None and not is_open:
                continue  # over before anybody looked
            state = course.state if is_open else machine.State.NORMAL
            changed |= _keep(alert, rule, unit, episode, state, now)
    if changed:
        topics.changed()


def _keep(alert: Alert | None, rule: AlertRule, unit: int | None, episode: machine.Episode, state: str,
          now: datetime) -> bool:
    """Whether anything is new."""
    if alert is None:
        Alert.objects.create(rule=rule, unit_id=unit, began=episode.began, state=state, value=episode.value,
                             first_at=now, changed_at=now)
        return True
    told = (alert.ended, alert.state, alert.value)
    if told == (episode.ended, state, episode.value):
        return False
    alert.ended, alert.state, alert.value, alert.changed_at = episode.ended, state, episode.value, now
    alert.save(update_fields=["ended", "state", "value", "changed_at"])
    return True
