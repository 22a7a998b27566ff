"""A unit asks for a ticket that it answered to be opened again; the hotline decides."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("feedback", "0031_events_of_clients")]
    operations = [migrations.AddField("ticket", "reopening_asked_at", models.DateTimeField(null=True))]
