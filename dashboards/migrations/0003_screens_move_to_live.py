"""Versions of topics and wall devices belong to live; only the state forgets them here, their tables moved."""

from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("dashboards", "0002_rollups_without_checks"), ("live", "0001_from_dashboards")]
    operations = [
        migrations.SeparateDatabaseAndState(state_operations=[
            migrations.DeleteModel("Screen"), migrations.DeleteModel("ScopeVersion"),
        ]),
    ]
