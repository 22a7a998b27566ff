"""Background work of reports: thin wrappers, each safe to run twice or to be killed."""

from celery import shared_task
from django.utils import timezone

from reports import making


@shared_task(name="reports.tasks.make", ignore_result=True)
def make():
    """Make what is due, release what waited for remarks."""
    making.make_due(timezone.now())
    making.release_due(timezone.now())


@shared_task(name="reports.tasks.look_again", ignore_result=True)
def look_again():
    """Once a day: whether printed figures still stand."""
    making.look_again(timezone.now())
