"""The background's hands of the feed: thin, each safe to run twice or to be killed."""

from celery import shared_task
from django.core.cache import cache

from live import feed


@shared_task(name=feed.TASK, ignore_result=True)
def take(name: str):
    """Let one taker take what waits for it. Woken by every change that it wants."""
    if name in feed.takers:  # a task of an older release may name one that is gone
        cache.delete(feed.queued(feed.takers[name]))  # before reading: a change after this wakes us again
        feed.take_all(name)


@shared_task(name="live.tasks.sweep", ignore_result=True)
def sweep():
    """Every few seconds: whatever a lost task left behind, and what was put off. Each taker in a task of its own, so
    that a slow one does not hold up the others."""
    for taker in feed.takers.values():
        if taker.work is not None and feed.oldest(taker.name):
            take.apply_async([taker.name], retry=False, expires=30)
