"""What beat does with rules: look at the figures, begin and end alerts. The only writer of `Alert`.

An alert follows from the figures alone, so looking twice, or after a kill, changes nothing.
"""

import logging
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import Q
from django.urls import reverse
from django.utils import timezone

from accounts.models import Membership
from accounts.roles import Role
from districts.cities import city
from indicators import keepers, notices, owed
from indicators.models import Indicator, Notice
from live import feed
from signals import machine, readings, topics
from signals.models import GONE, Alert, AlertRule, Severity

KIND = "alert"  # of a change on the feed: the id of an alert of which people are told
log = logging.getLogger(__name__)
OLD = timedelta(days=40)  # what began so long before the rule was activated is no news
NAMED = 3


def watch_rules(now: datetime) -> None:
    """Every rule at work; one that cannot be judged holds up no other, and says so on its page."""
    rules = AlertRule.objects.exclude(activated_at=None).select_related("indicator__set_item__value_set")
    for rule in rules:
        try:
            look(rule, now)
        except Exception as error:
            log.exception("the rule %s cannot be judged", rule.code)
            _note(rule, type(error).__name__, now)
        else:
            _note(rule, "", now)


def _note(rule: AlertRule, fault: str, now: datetime) -> None:
    if rule.fault != fault:
        since = (rule.failed_at or now) if fault else None
        AlertRule.objects.filter(pk=rule.pk).update(fault=fault, failed_at=since)
        topics.changed()


def broken() -> list[AlertRule]:
    """The rules at work that cannot be judged."""
    return list(AlertRule.objects.exclude(activated_at=None).exclude(failed_at=None))


@transaction.atomic
def look(rule: AlertRule, now: datetime) -> None:
    """The alerts of one rule as the figures say now. What stood already when it was activated was shown then and is
    told to nobody; what stands no more, or is of a place that is not looked at any more, ends."""
    locked = AlertRule.objects.select_for_update(of=("self",)).select_related("indicator").get(pk=rule.pk)
    if locked.activated_at is None or locked.indicator.access != Indicator.Access.OPEN:
        return
    current = readings.current(rule, now)
    periods = {one.key for seen in current.values() for one in seen}
    kept = Alert.objects.filter(Q(ended="") | Q(began__in=periods), rule=locked)  # not all that ever was
    there = {(alert.unit_id, alert.began): alert for alert in kept}
    open_ones = {alert.unit_id: alert for alert in there.values() if not alert.ended}
    fresh: list[Alert] = []
    changed, standing = False, set()
    for unit, seen in current.items():
        course = machine.run(seen, rule.for_periods, rule.until_periods)
        earliest = {one.key for one in seen[:rule.for_periods]}
        for episode in course.episodes:
            alert = there.get((unit, episode.began))
            if alert is None and episode.began in earliest:
                alert = open_ones.get(unit)  # it began before what is looked at
            is_open = not episode.ended
            if alert is None and is_open:
                fresh.append(_begin(rule, unit, episode, course.state, now))
            elif alert is not None:
                standing.add(alert.pk)
                changed |= _go_on(alert, episode, course.state if is_open else machine.State.NORMAL, now)
    gone = [alert.pk for alert in open_ones.values() if alert.pk not in standing]
    changed |= bool(Alert.objects.filter(pk__in=gone).update(ended=GONE, state=machine.State.NORMAL, changed_at=now))
    _tell(rule, [alert for alert in fresh if not _stood_before(rule, alert)], now)
    if changed or fresh:
        topics.changed()


def _begin(rule: AlertRule, unit: int | None, episode: machine.Episode, state: str, now: datetime) -> Alert:
    return Alert.objects.create(rule=rule, unit_id=unit, began=episode.began, state=state, value=episode.value,
                                first_at=now, changed_at=now)


def _go_on(alert: Alert, episode: machine.Episode, state: str, now: datetime) -> bool:
    """Whether anything is new."""
    if (alert.ended, alert.state, alert.value) == (episode.ended, state, episode.value):
        return False
    alert.ended, alert.state, alert.value, alert.changed_at = episode.ended, state, episode.value, now
    alert.save(update_fields=["ended", "state", "value", "changed_at"])
    return True


def _stood_before(rule: AlertRule, alert: Alert) -> bool:
    began = owed.rule().parse(rule.period_kind, alert.began)
    return rule.activated_at is not None and began.end + OLD <= rule.activated_at


def _tell(rule: AlertRule, fresh: list[Alert], now: datetime) -> None:
    """By the bell, one notice for all places: what needs action to the leaders of the city, and to each unit's of its
    own; everything to the analysts. What is silenced is told to nobody."""
    today = timezone.localdate(now)
    silent = set(rule.silences.in_force(today).values_list("unit_id", flat=True))
    told = [alert for alert in fresh if not {None, alert.unit_id} & silent]
    if not told:
        return
    feed.hand(KIND, [alert.pk for alert in told])
    people = set(_of_role(Role.ANALYST))
    if rule.severity == Severity.DANGER:
        people |= set(_of_role(Role.CITY_LEADER))
    places = [alert.unit.name_vi if alert.unit else city().name_vi for alert in told]
    more = f" (+{len(places) - NAMED})" if len(places) > NAMED else ""
    notices.tell(_told(rule, user, told[0], ", ".join(places[:NAMED]) + more) for user in people)
    if rule.severity == Severity.DANGER:
        leaders = keepers.leaders([alert.unit_id for alert in told if alert.unit_id])
        notices.tell(_told(rule, user, alert, alert.unit.name_vi) for alert in told if alert.unit
                     for user in leaders.get(alert.unit.pk, ()) if user not in people)


def _told(rule: AlertRule, user: int, alert: Alert, places: str) -> notices.Told:
    said = {"what_vi": rule.name_vi, "what_en": rule.name_en, "unit": places}
    link = reverse("indicator", args=[rule.indicator.code])
    return notices.Told(user, f"alert:{alert.pk}", Notice.Code.ALERT, link, parameters=said)


def _of_role(role: Role) -> list[int]:
    return list(Membership.objects.valid().filter(role=role, user__is_active=True).values_list("user_id", flat=True))
