"""A unit's own people record tickets."""

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("districts", "0001_units"), ("feedback", "0009_events_by_any_actor")]
    operations = [
        migrations.AddField(
            model_name='ticket',
            name='recorded_by',
            field=models.ForeignKey(db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='districts.unit', verbose_name='Đơn vị ghi nhận'),
        ),
    ]
