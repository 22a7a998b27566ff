"""Background work of e-mail: thin wrappers, each safe to run twice or to be killed."""

from celery import shared_task
from django.utils import timezone

from notifications import sending


@shared_task(name="notifications.tasks.send", ignore_result=True)
def send():
    """Each minute: what is due."""
    sending.send_due()


@shared_task(name="notifications.tasks.forget", ignore_result=True)
def forget():
    """Once a day: the log of long ago."""
    sending.forget(timezone.now())
