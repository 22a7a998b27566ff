"""Background work of the figures: thin wrappers, each safe to run twice or to be killed."""

import time
from datetime import datetime, timedelta

from celery import shared_task
from django.core.cache import cache
from django.db import transaction
from django.db.models import Q
from django.utils import timezone

from dashboards.figures import fold as folding
from dashboards.topics import FOLD_TASK, everything, of_units
from feedback.models import Ticket
from feedback.querysets import DUE_SOON
from feedback.rules.rulebook import rulebook
from live import feed, hints, signs, topics

REST = 0.5  # seconds between two folds under load: the first change shows at once, a burst is gathered
_last_fold = 0.0


@shared_task(name=FOLD_TASK, ignore_result=True)
def fold():
    """Take the outbox into the rollups. Woken by every committed change, and swept every few seconds."""
    global _last_fold
    rest = REST - (time.monotonic() - _last_fold)
    if rest > 0:
        fold.apply_async(countdown=rest, retry=False)
        return
    cache.delete(feed.queued(feed.takers["figures"]))  # before reading: a change after this wakes us again
    if folding.fold_all():  # a sweep that found nothing must not delay the next change
        _last_fold = time.monotonic()
    signs.leave("fold")


@shared_task(name="dashboards.tasks.tick", ignore_result=True)
def tick():
    """Tell the screens of units whose tickets became overdue or due soon since the last tick: no event says so. At
    midnight every screen has a new today."""
    now = timezone.now()
    before = signs.last("tick") or now - timedelta(minutes=10)
    with transaction.atomic():
        if moved := _moved_by_time(before, now):
            hints.publish_on_commit(topics.raise_versions(moved))
        signs.leave("tick")


def _moved_by_time(before: datetime, now: datetime) -> set[str]:
    zone = rulebook().zone
    if before.astimezone(zone).date() != now.astimezone(zone).date():
        return everything()
    units = set()
    for low, high in ((before, now), (before + DUE_SOON, now + DUE_SOON)):
        running, earlier = Q(due_at__gt=low, due_at__lte=high, paused_at=None), Q(
            earlier_due_at__gt=low, earlier_due_at__lte=high)
        crossed = Ticket.objects.open().filter(running | earlier)
        units |= {unit for row in crossed.values_list("unit_id", "area_id") for unit in row if unit}
    return of_units(units) if units else set()
