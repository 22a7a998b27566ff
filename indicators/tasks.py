"""Background work of numbers: thin wrappers, each safe to run twice or to be killed."""

from celery import shared_task
from django.utils import timezone

from indicators import following, owed, pulling, quality, reminders, sharing


@shared_task(name="indicators.tasks.freeze", ignore_result=True)
def freeze():
    """Write down what was owed, for every set whose cut-off has passed."""
    owed.freeze_due(timezone.now())


@shared_task(name="indicators.tasks.remind", ignore_result=True)
def remind():
    """Tell who keeps or leads, as the terms of the city say."""
    reminders.remind(timezone.now())
    sharing.remind(timezone.now())


@shared_task(name="indicators.tasks.forget_changes", ignore_result=True)
def forget_changes():
    """Once a day: cursors of long ago."""
    following.forget(timezone.now())


@shared_task(name="indicators.tasks.pull", ignore_result=True)
def pull():
    """Fetch from the sources that are due."""
    pulling.start()


@shared_task(name="indicators.tasks.judge_again", ignore_result=True)
def judge_again():
    """Run every check on every value: a check was changed."""
    quality.again()
