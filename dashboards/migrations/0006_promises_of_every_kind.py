"""Promises by kind and by their first date; durations of every kind in one histogram; minutes of waiting.

The rows are counted anew by `setup_city`, since `RollupShape` is empty; one table for each transaction.
"""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("dashboards", "0005_self_made_promises")]
    operations = [
        migrations.AddField("promiseday", "kind", models.CharField(
            max_length=10, default="result", db_default="result")),
        migrations.AddField("promiseday", "first_due", models.IntegerField(default=0, db_default=0)),
        migrations.AddField("promiseday", "first_met", models.IntegerField(default=0, db_default=0)),
        migrations.RemoveConstraint("promiseday", "promise_day_key"),
        migrations.AddConstraint("promiseday", models.UniqueConstraint(
            fields=("unit", "kind", "day"), name="promise_kind_day_key")),
    ]
