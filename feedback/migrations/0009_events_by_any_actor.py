"""Who acts is more than a user; keys of requests sent again belong to their actor (accounts.keys)."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("feedback", "0008_self_made_promises")]
    operations = [
        migrations.RemoveConstraint(
            model_name='ticketevent',
            name='one_event_per_request',
        ),
        migrations.AddField(
            model_name='ticketevent',
            name='actor_ref',
            field=models.CharField(blank=True, db_default='', default='', max_length=40),
        ),
        migrations.AlterField(
            model_name='ticketevent',
            name='actor_kind',
            field=models.CharField(choices=[('user', 'Người dùng'), ('device', 'Thiết bị'), ('client', 'Hệ thống kết nối'), ('citizen', 'Người dân'), ('system', 'Hệ thống')], default='user', max_length=10),
        ),
        migrations.AlterField(
            model_name='ticketevent',
            name='origin',
            field=models.CharField(max_length=20),
        ),
    ]
