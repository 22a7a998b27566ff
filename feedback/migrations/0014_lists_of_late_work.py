"""Indexes for late work and for what was withdrawn after its date; built while the system runs."""

from django.contrib.postgres.operations import AddIndexConcurrently, RemoveIndexConcurrently
from django.db import migrations, models
from django.db.models import F, Q


class Migration(migrations.Migration):
    atomic = False
    dependencies = [("feedback", "0013_earlier_dates")]
    operations = [
        AddIndexConcurrently("ticket", models.Index(
            fields=["unit", "due_at"], condition=Q(is_open=True), include=["state", "paused_at", "earlier_due_at"],
            name="ticket_open_unit_dates")),
        RemoveIndexConcurrently("ticket", "ticket_open_unit_due"),
        AddIndexConcurrently("promise", models.Index(
            fields=["first_due_at"], condition=Q(first_due_at__isnull=False), name="promise_first_due")),
        AddIndexConcurrently("promise", models.Index(
            fields=["withdrawn_at"], condition=Q(withdrawn_at__gt=F("due_at"), paused_at__isnull=True),
            name="promise_withdrawn_late")),
    ]
