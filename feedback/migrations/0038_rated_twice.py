"""The few tickets with stars for more than one unit; the index is built while the system runs."""

from django.contrib.postgres.operations import AddIndexConcurrently
from django.db import migrations, models
from django.db.models import Q


class Migration(migrations.Migration):
    atomic = False
    dependencies = [("feedback", "0037_chains_of_before")]
    operations = [
        AddIndexConcurrently("ticket", models.Index(
            fields=["rated_at"], name="ticket_rated_twice", condition=Q(other_ratings__isnull=False))),
    ]
