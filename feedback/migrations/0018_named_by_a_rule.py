"""Whether a rule named the unit of a ticket, so that a correction may name it anew."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("feedback", "0017_list_of_requests")]
    operations = [
        migrations.AddField("ticket", "is_routed", models.BooleanField(default=False, db_default=False)),
    ]
