"""A rebuild finds what was accepted and forwarded on some days; the indexes are built while the system runs."""

from django.contrib.postgres.operations import AddIndexConcurrently
from django.db import migrations, models
from django.db.models import Q


class Migration(migrations.Migration):
    atomic = False
    dependencies = [("feedback", "0021_words_are_not_redacted")]
    operations = [
        AddIndexConcurrently("ticket", models.Index(
            fields=["accepted_at"], condition=Q(minutes_to_accept__isnull=False), name="ticket_accepted")),
        AddIndexConcurrently("promise", models.Index(
            fields=["met_at"], condition=Q(kind="forward"), name="promise_forwarded")),
    ]
