"""Who had a ticket before, in one chain of its own; who let a citizen's first date pass; each unit's own stars."""

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("districts", "0003_words_of_the_admin"), ("feedback", "0035_known_to_the_planner")]
    operations = [
        migrations.AddField("ticket", "stays", models.JSONField(null=True)),
        migrations.AddField("ticket", "round_at", models.DateTimeField(null=True)),
        migrations.AddField("ticket", "other_ratings", models.JSONField(null=True)),
        migrations.AddField("promise", "first_unit", models.ForeignKey(
            db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+",
            to="districts.unit")),
    ]
