"""A wall is paired by a code that it shows; devices have no token in an address any more. Going back gives each one that
nobody has."""

import secrets

import django.db.models.deletion
import django.utils.timezone
from django.db import migrations, models


def give_tokens(apps, schema_editor):
    for device in apps.get_model("live", "Device").objects.filter(token_digest=None):
        device.token_digest = secrets.token_hex(32)
        device.save(update_fields=["token_digest"])


class Migration(migrations.Migration):
    dependencies = [("live", "0003_sign")]

    operations = [
        migrations.CreateModel(
            name="Pairing",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("code", models.CharField(max_length=8)),
                ("made_at", models.DateTimeField(default=django.utils.timezone.now)),
                ("address", models.GenericIPAddressField()),
                ("taken_at", models.DateTimeField(null=True)),
                ("device", models.ForeignKey(null=True, on_delete=django.db.models.deletion.CASCADE, related_name="+", to="live.device")),
            ],
        ),
        migrations.AlterField("device", "token_digest", models.CharField(max_length=64, unique=True, null=True)),
        migrations.RunPython(migrations.RunPython.noop, give_tokens),
        migrations.RemoveField("device", "token_digest"),
    ]
