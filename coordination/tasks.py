"""Background work of coordination: thin wrappers, each safe to run twice or to be killed."""

from celery import shared_task
from django.utils import timezone

from coordination.centres import leases
from coordination.directives import following, weekly
from coordination.incidents import duty, levels
from coordination.investments import overdue


@shared_task(name="coordination.tasks.follow", ignore_result=True)
def follow():
    """What follows from time: steps of escalation, questions, terms that passed."""
    following.sweep(timezone.now())
    duty.watch(timezone.now())
    levels.watch(timezone.now())


@shared_task(name="coordination.tasks.remind", ignore_result=True)
def remind():
    """Once an hour: leases that end, opinions that are late; on Mondays what is long overdue."""
    leases.remind(timezone.now())
    overdue.remind(timezone.now())
    weekly.tell(timezone.now())
