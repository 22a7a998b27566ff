"""In which shape the rollups were last built: none yet, so `setup_city` builds them."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("dashboards", "0008_minutes_of_waiting")]
    operations = [
        migrations.CreateModel("RollupShape", [
            ("id", models.BigAutoField(primary_key=True, serialize=False, auto_created=True, verbose_name="ID")),
            ("number", models.PositiveSmallIntegerField()),
            ("built_at", models.DateTimeField(auto_now=True)),
        ]),
    ]
