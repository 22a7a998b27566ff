"""What beat does with rules: look at the figures, begin and end alerts. The only writer of `Alert`.

An alert follows from the figures alone, so looking twice, or after a kill, changes nothing.
"""

import logging
from datetime import datetime

from django.db import transaction
from django.urls import reverse

from accounts.models import Membership
from accounts.roles import Role
from districts.cities import city
from indicators import keepers, notices
from indicators.models import Notice
from signals import machine, readings, topics
from signals.models import Alert, AlertRule, Severity

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


def _tell(alert: Alert) -> None:
    """By the bell: of what needs action the leaders (of the city, and of the unit), of everything the analysts."""
    rows = Membership.objects.valid().filter(user__is_active=True)
    people = set(rows.filter(role=Role.ANALYST).values_list("user_id", flat=True))
    if alert.rule.severity == Severity.DANGER:
        people |= set(rows.filter(role=Role.CITY_LEADER).values_list("user_id", flat=True))
        people |= set(keepers.leaders([alert.unit_id])[alert.unit_id] if alert.unit_id else ())
    said = {"what_vi": alert.rule.name_vi, "what_en": alert.rule.name_en,
            "unit": alert.unit.name_vi if alert.unit else city().name_vi}
    link = reverse("indicator", args=[alert.rule.indicator.code])
    notices.tell(notices.Told(user, f"alert:{alert.pk}", Notice.Code.ALERT, link, parameters=said) for user in people)


def _keep(alert: Alert | None, rule: AlertRule, unit: int | None, episode: machine.Episode, state: str,
          now: datetime) -> bool:
    """Whether anything is new."""
    if alert is None:
        alert = Alert.objects.create(rule=rule, unit_id=unit, began=episode.began, state=state, value=episode.value,
                                     first_at=now, changed_at=now)
        _tell(alert)
        return True
    told = (alert.ended, alert.state, alert.value)
    if told == (episode.ended, state, episode.value):
        return False
    alert.ended, alert.state, alert.value, alert.changed_at = episode.ended, state, episode.value, now
    alert.save(update_fields=["ended", "state", "value", "changed_at"])
    return True
