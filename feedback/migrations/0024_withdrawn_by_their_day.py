"""Screens count what was withdrawn in a period, early or late; the index is built while the system runs."""

from django.contrib.postgres.operations import AddIndexConcurrently, RemoveIndexConcurrently
from django.db import migrations, models
from django.db.models import Q


class Migration(migrations.Migration):
    atomic = False
    dependencies = [("feedback", "0023_who_was_rated_and_reopened")]
    operations = [
        AddIndexConcurrently("promise", models.Index(
            fields=["withdrawn_at"], include=["unit", "due_at", "paused_at"], name="promise_withdrawn",
            condition=Q(withdrawn_at__isnull=False, kind="result"))),
        RemoveIndexConcurrently("promise", "promise_withdrawn_late"),
    ]
