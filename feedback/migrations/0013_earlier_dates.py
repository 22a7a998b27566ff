"""What another unit still owes on a ticket, and how long it took to be accepted."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("feedback", "0012_promises_of_every_kind")]
    operations = [
        migrations.AddField("ticket", "earlier_due_at", models.DateTimeField(null=True)),
        migrations.AddField("ticket", "minutes_to_accept", models.PositiveIntegerField(null=True)),
    ]
