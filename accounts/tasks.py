"""What is tidied up in the background."""

from celery import shared_task
from django.utils import timezone

from accounts import attempts, clients, keys


@shared_task(name="accounts.tasks.forget_keys", ignore_result=True)
def forget_keys():
    """Once an hour: drop the keys of requests that nobody sends again, tokens that ended long ago, and old attempts to
    sign in."""
    keys.forget(timezone.now())
    clients.forget(timezone.now())
    attempts.forget(timezone.now())
