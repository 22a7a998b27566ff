"""What a connected system did is found at once; built while the system runs."""

from django.contrib.postgres.operations import AddIndexConcurrently
from django.db import migrations, models


class Migration(migrations.Migration):
    atomic = False
    dependencies = [("feedback", "0030_journal")]
    operations = [
        AddIndexConcurrently("ticketevent", models.Index(
            fields=["actor_ref", "id"], name="event_of_client", condition=models.Q(actor_kind="client"))),
    ]
