"""Promises on what a unit recorded itself are counted apart; one table for each transaction, as the fold writes."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("dashboards", "0004_self_recorded_received")]
    operations = [
        migrations.AddField(
            model_name='promiseday',
            name='self_due',
            field=models.IntegerField(db_default=0, default=0),
        ),
        migrations.AddField(
            model_name='promiseday',
            name='self_met',
            field=models.IntegerField(db_default=0, default=0),
        ),
    ]
