"""Background work of coordination: thin wrappers, each safe to run twice or to be killed."""

from celery import shared_task
from django.utils import timezone

from coordination.directives import following
from coordination.incidents import duty, levels


@shared_task(name="coordination.tasks.follow", ignore_result=True)
def follow():
    """What follows from time: steps of escalation, questions, terms that passed."""
    following.sweep(timezone.now())
    duty.watch(timezone.now())
    levels.watch(timezone.now())
