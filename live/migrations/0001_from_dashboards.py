"""Versions of topics and wall devices move here from dashboards without loss: the tables are renamed in milliseconds,
and what the admin's log and permissions said of them goes on."""

import django.db.models.deletion
import django.utils.timezone
from django.db import migrations, models

MOVED = (("scopeversion", "topicversion"), ("screen", "device"))


def relabel(apps, schema_editor):
    _relabel(apps, "dashboards", "live", MOVED)


def relabel_back(apps, schema_editor):
    _relabel(apps, "live", "dashboards", [(new, old) for old, new in MOVED])


def _relabel(apps, old_app, new_app, names):
    content_types = apps.get_model("contenttypes", "ContentType").objects
    permissions = apps.get_model("auth", "Permission").objects
    for old, new in names:
        content_types.filter(app_label=new_app, model=new).delete()
        for moved in content_types.filter(app_label=old_app, model=old):
            for permission in permissions.filter(content_type=moved):
                permission.codename = permission.codename.replace(f"_{old}", f"_{new}")
                permission.save()
            moved.app_label, moved.model = new_app, new
            moved.save()


class Migration(migrations.Migration):
    initial = True
    dependencies = [
        ("districts", "0001_units"),
        ("dashboards", "0002_rollups_without_checks"),  # where the tables come from
        ("contenttypes", "0002_remove_content_type_name"),
        ("auth", "0012_alter_user_first_name_max_length"),
    ]
    operations = [
        migrations.SeparateDatabaseAndState(state_operations=[
            migrations.CreateModel(
                name="TopicVersion",
                fields=[
                    ("topic", models.CharField(max_length=40, primary_key=True, serialize=False)),
                    ("version", models.BigIntegerField(default=1)),
                    ("changed_at", models.DateTimeField()),
                ],
                options={"db_table": "dashboards_scopeversion"},
            ),
            migrations.CreateModel(
                name="Device",
                fields=[
                    ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False,
                                               verbose_name="ID")),
                    ("name", models.CharField(max_length=80, verbose_name="Tên màn hình")),
                    ("place", models.CharField(blank=True, max_length=120, verbose_name="Nơi đặt")),
                    ("token_digest", models.CharField(max_length=64, unique=True)),
                    ("created_at", models.DateTimeField(auto_now_add=True)),
                    ("revoked_at", models.DateTimeField(blank=True, null=True, verbose_name="Thu hồi lúc")),
                    ("last_seen_at", models.DateTimeField(blank=True, null=True, verbose_name="Thấy lần cuối")),
                    ("unit", models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="+",
                                               to="districts.unit", verbose_name="Phạm vi")),
                ],
                options={"db_table": "dashboards_screen", "verbose_name": "Màn hình tường",
                         "verbose_name_plural": "Màn hình tường"},
            ),
        ]),
        migrations.AlterModelTable("TopicVersion", None),
        migrations.AlterModelTable("Device", None),
        migrations.RunPython(relabel, relabel_back),
        migrations.CreateModel(
            name="Handover",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("taker", models.CharField(max_length=40)),
                ("kind", models.CharField(max_length=40)),
                ("object_id", models.BigIntegerField()),
                ("at", models.DateTimeField(default=django.utils.timezone.now)),
                ("tries", models.PositiveSmallIntegerField(default=0)),
                ("retry_at", models.DateTimeField(default=django.utils.timezone.now)),
            ],
            options={"indexes": [models.Index(fields=["taker", "id"], name="handover_in_order")]},
        ),
    ]
