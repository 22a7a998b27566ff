"""Indicators count forwards, returns and what was clarified; the indexes are built while the system runs."""

from django.contrib.postgres.operations import AddIndexConcurrently
from django.db import migrations, models
from django.db.models import Q


class Migration(migrations.Migration):
    atomic = False
    dependencies = [("feedback", "0039_readings")]
    operations = [
        AddIndexConcurrently("promise", models.Index(
            fields=["met_at"], name="promise_clarified", condition=Q(kind="clarify"))),
        AddIndexConcurrently("ticketevent", models.Index(
            fields=["at"], include=["unit", "verb", "ticket"], name="event_of_forwarding",
            condition=Q(verb__in=["forward", "send_back"]))),
    ]
