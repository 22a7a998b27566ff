"""Who acts is more than a user; a unit's own people record tickets. Columns with constant defaults: no row is
rewritten."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('districts', '0001_units'),
        ('feedback', '0006_can_be_restored'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.RemoveConstraint(
            model_name='ticketevent',
            name='one_event_per_request',
        ),
        migrations.AddField(
            model_name='contactview',
            name='actor_kind',
            field=models.CharField(choices=[('user', 'Người dùng'), ('device', 'Thiết bị'), ('client', 'Hệ thống kết nối'), ('citizen', 'Người dân'), ('system', 'Hệ thống')], db_default='user', default='user', max_length=10),
        ),
        migrations.AddField(
            model_name='contactview',
            name='actor_ref',
            field=models.CharField(blank=True, db_default='', default='', max_length=40),
        ),
        migrations.AddField(
            model_name='promise',
            name='is_self_made',
            field=models.BooleanField(db_default=False, default=False),
        ),
        migrations.AddField(
            model_name='ticket',
            name='recorded_by',
            field=models.ForeignKey(db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='districts.unit', verbose_name='Đơn vị ghi nhận'),
        ),
        migrations.AddField(
            model_name='ticketevent',
            name='actor_ref',
            field=models.CharField(blank=True, db_default='', default='', max_length=40),
        ),
        migrations.AlterField(
            model_name='contactview',
            name='user',
            field=models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, to=settings.AUTH_USER_MODEL),
        ),
        migrations.AlterField(
            model_name='ticketevent',
            name='actor_kind',
            field=models.CharField(choices=[('user', 'Người dùng'), ('device', 'Thiết bị'), ('client', 'Hệ thống kết nối'), ('citizen', 'Người dân'), ('system', 'Hệ thống')], default='user', max_length=10),
        ),
    ]
