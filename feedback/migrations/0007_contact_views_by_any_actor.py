"""Who reads contact data is more than a user. Constant defaults: no row is rewritten. One table for each transaction:
writers take the tables in another order and would deadlock."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
        ("feedback", "0006_can_be_restored")]
    operations = [
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
        migrations.AlterField(
            model_name='contactview',
            name='user',
            field=models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, to=settings.AUTH_USER_MODEL),
        ),
    ]
