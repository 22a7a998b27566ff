"""A promise on what the unit recorded itself is counted apart."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("feedback", "0007_contact_views_by_any_actor")]
    operations = [
        migrations.AddField(
            model_name='promise',
            name='is_self_made',
            field=models.BooleanField(db_default=False, default=False),
        ),
    ]
