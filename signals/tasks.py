"""Background work of signals: thin wrappers, each safe to run twice or to be killed."""

from celery import shared_task
from django.utils import timezone

from signals import clusters, watching


@shared_task(name="signals.tasks.watch", ignore_result=True)
def watch():
    """Look at every rule."""
    watching.watch_rules(timezone.now())


@shared_task(name="signals.tasks.clusters", ignore_result=True)
def find_clusters():
    """Look for clusters of reports."""
    clusters.watch(timezone.now())
