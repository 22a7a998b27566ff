"""Background work of files: safe to run twice or to be killed."""

from celery import shared_task

from attachments import storing


@shared_task(name="attachments.tasks.sweep", ignore_result=True)
def sweep():
    """Once a day: what a killed upload left behind."""
    storing.sweep()
