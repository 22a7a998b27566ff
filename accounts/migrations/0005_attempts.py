"""Attempts to sign in get a table of their own. From django-axes' tables it takes where people signed in well, so that
those addresses are known from the first day; the rest, which nothing reads any more, goes."""

from datetime import timedelta

import django.db.models.deletion
import django.utils.timezone
from django.conf import settings
from django.db import migrations, models

from hcmc_ioc.lib.origins import line

KNOWN = timedelta(days=90)


def take_over(apps, schema_editor):
    since = django.utils.timezone.now() - KNOWN
    people = dict(apps.get_model("accounts", "User").objects.values_list("username", "pk"))
    attempts, log = apps.get_model("accounts", "Attempt").objects, apps.get_model("axes", "AccessLog").objects
    latest = log.filter(attempt_time__gte=since, username__in=people, ip_address__isnull=False).values_list(
        "username", "ip_address").annotate(at=models.Max("attempt_time")).order_by("at")
    attempts.bulk_create(attempts.model(at=at, account=name, user_id=people[name], address=address, line=line(address),
                                        outcome="in") for name, address, at in latest)
    for name in ("AccessLog", "AccessAttempt", "AccessFailureLog"):
        apps.get_model("axes", name).objects.all().delete()


class Migration(migrations.Migration):

    dependencies = [
        ('accounts', '0004_clients'),
        ('axes', '0010_accessattemptexpiration'),
    ]

    operations = [
        migrations.CreateModel(
            name='Attempt',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('at', models.DateTimeField(default=django.utils.timezone.now)),
                ('account', models.CharField(max_length=150)),
                ('address', models.GenericIPAddressField()),
                ('line', models.GenericIPAddressField()),
                ('device', models.CharField(blank=True, max_length=32)),
                ('outcome', models.CharField(choices=[('in', 'Đã đăng nhập'), ('wrong', 'Không đúng'), ('paused', 'Bị chặn do tạm dừng'), ('begun', 'Chưa xong')], default='begun', max_length=6)),
                ('limit', models.CharField(blank=True, choices=[('pair', 'Tên đăng nhập tại một địa chỉ'), ('account', 'Tên đăng nhập tại mọi địa chỉ lạ'), ('address', 'Nhiều tên đăng nhập từ một địa chỉ')], max_length=7)),
                ('times', models.PositiveIntegerField(default=1)),
                ('forgiven_at', models.DateTimeField(null=True)),
                ('lifted_by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('user', models.ForeignKey(null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'verbose_name': 'lần đăng nhập',
                'verbose_name_plural': 'nhật ký đăng nhập',
                'indexes': [models.Index(fields=['at'], name='attempt_at'), models.Index(fields=['account', 'at'], name='attempt_of_account'), models.Index(fields=['line', 'at'], name='attempt_from_line')],
            },
        ),
        migrations.RunPython(take_over, migrations.RunPython.noop, elidable=True),
    ]
