"""The requests that wait for the hotline; the index is built while the system runs."""

from django.contrib.postgres.operations import AddIndexConcurrently
from django.db import migrations, models
from django.db.models import Q


class Migration(migrations.Migration):
    atomic = False
    dependencies = [("feedback", "0032_requests_to_reopen")]
    operations = [
        AddIndexConcurrently("ticket", models.Index(
            fields=["reopening_asked_at"], name="ticket_asked_to_reopen", condition=Q(reopening_asked_at__isnull=False))),
    ]
