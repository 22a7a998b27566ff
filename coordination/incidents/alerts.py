"""Alerts enter the duty log by themselves: a taker of the feed, one line for all places of a rule."""

from django.urls import reverse

from coordination.incidents import duty
from districts.cities import city
from live import feed
from signals.models import Alert, AlertRule

NAMED = 5  # places of one rule


def take(changes: list[feed.Change]) -> None:
    """Write what these alerts say."""
    by_rule: dict[AlertRule, list[Alert]] = {}
    known = Alert.objects.filter(pk__in=[change.object_id for change in changes])
    for alert in known.select_related("rule__indicator", "unit").order_by("pk"):
        by_rule.setdefault(alert.rule, []).append(alert)
    for rule, alerts in by_rule.items():
        places = [alert.unit.name_vi if alert.unit else city().name_vi for alert in alerts]
        more = f" (+{len(places) - NAMED})" if len(places) > NAMED else ""
        duty.write(None, f"Cảnh báo: {rule.name_vi}: {', '.join(places[:NAMED])}{more}",
                   reverse("indicator", args=[rule.indicator.code]), min(alert.first_at for alert in alerts))
