"""The background's hands of the hooks: thin, each safe to run twice or to be killed."""

from celery import shared_task
from django.core.cache import cache
from django.utils import timezone

from hooks import delivery, hooks


@shared_task(name="hooks.tasks.send", ignore_result=True)
def send():
    """What is due; woken by each event that a hook is told of, and every few seconds for what was put off."""
    cache.delete(hooks.QUEUED)  # before looking: what comes after this wakes us again
    delivery.start()


@shared_task(name="hooks.tasks.forget", ignore_result=True)
def forget():
    """Once a day: the log of long ago."""
    hooks.forget(timezone.now())
