"""Who hides their name is hidden from the unit too, until a supervisor discloses it."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("feedback", "0019_named_by_a_rule_before")]
    operations = [
        migrations.AddField("ticket", "is_disclosed", models.BooleanField(default=False, db_default=False)),
    ]
