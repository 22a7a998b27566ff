"""The median of each field is read from an index alone; built while the system runs."""

from django.contrib.postgres.operations import AddIndexConcurrently
from django.db import migrations, models


class Migration(migrations.Migration):
    atomic = False
    dependencies = [("feedback", "0027_list_files")]
    operations = [
        AddIndexConcurrently("ticket", models.Index(
            fields=["resolved_at"], name="ticket_handled", condition=models.Q(handling_minutes__isnull=False),
            include=["unit", "category", "recorded_by", "handling_minutes"])),
    ]
