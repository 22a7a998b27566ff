"""The requests that wait for a decision; the index is built while the system runs."""

from django.contrib.postgres.operations import AddIndexConcurrently
from django.db import migrations, models
from django.db.models import Q


class Migration(migrations.Migration):
    atomic = False
    dependencies = [("feedback", "0016_requests_for_extension")]
    operations = [
        AddIndexConcurrently("promise", models.Index(fields=["extension_asked_at"], name="promise_asked", condition=Q(
            extension_asked_at__isnull=False, extension_decided_at__isnull=True, met_at__isnull=True))),
    ]
