"""A unit asks for a later date, once; somebody else decides."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("feedback", "0015_promises_made_before")]
    operations = [
        migrations.AddField("promise", "extension_asked_at", models.DateTimeField(null=True)),
        migrations.AddField("promise", "extension_to", models.DateTimeField(null=True)),
        migrations.AddField("promise", "extension_decided_at", models.DateTimeField(null=True)),
        migrations.AddField("promise", "extension_granted", models.BooleanField(null=True)),
    ]
