"""A list is sorted by date and narrowed to a field however long the history; built while the system runs."""

import django.db.models.deletion
from django.contrib.postgres.operations import AddIndexConcurrently
from django.db import migrations, models


class Migration(migrations.Migration):
    atomic = False
    dependencies = [("feedback", "0024_withdrawn_by_their_day")]
    operations = [
        AddIndexConcurrently("ticket", models.Index(
            fields=["category", "occurred_at"], name="ticket_category_occurred")),
        AddIndexConcurrently("ticket", models.Index(fields=["due_at", "id"], name="ticket_due")),
        AddIndexConcurrently("ticket", models.Index(fields=["unit", "due_at", "id"], name="ticket_unit_due")),
        AddIndexConcurrently("promise", models.Index(
            fields=["ticket"], name="promise_extended", condition=models.Q(extension_granted=True))),
        migrations.AlterField("ticket", "category", models.ForeignKey(
            "feedback.category", db_index=False, on_delete=django.db.models.deletion.PROTECT, verbose_name="Lĩnh vực")),
    ]
