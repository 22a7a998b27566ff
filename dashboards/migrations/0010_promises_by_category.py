"""Which field a unit is slow in: promises that fell due and were kept, by category."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("dashboards", "0009_shape_of_the_rollups")]
    operations = [
        migrations.AddField("categoryday", "due", models.IntegerField(default=0, db_default=0)),
        migrations.AddField("categoryday", "met", models.IntegerField(default=0, db_default=0)),
    ]
