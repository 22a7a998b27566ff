"""How long the answered tickets were worked on, and how long their clocks stood."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("dashboards", "0007_durations_of_every_kind")]
    operations = [
        migrations.AddField("unitday", "handled_minutes", models.BigIntegerField(default=0, db_default=0)),
        migrations.AddField("unitday", "stopped_minutes", models.BigIntegerField(default=0, db_default=0)),
    ]
