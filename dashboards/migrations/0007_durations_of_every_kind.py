"""The histogram of handling times holds other durations too."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("dashboards", "0006_promises_of_every_kind")]
    operations = [
        migrations.RenameModel("HandlingDay", "DurationDay"),
        migrations.RenameField("durationday", "resolved", "tickets"),
        migrations.AddField("durationday", "kind", models.CharField(
            max_length=10, default="handling", db_default="handling")),
        migrations.RemoveConstraint("durationday", "handling_day_key"),
        migrations.AddConstraint("durationday", models.UniqueConstraint(
            fields=("unit", "kind", "day", "bin"), name="duration_day_key")),
    ]
