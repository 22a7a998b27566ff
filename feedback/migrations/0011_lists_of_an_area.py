"""What happens in an area, whoever answers for it; built while the system runs."""

from django.contrib.postgres.operations import AddIndexConcurrently
from django.db import migrations, models


class Migration(migrations.Migration):
    atomic = False
    dependencies = [("feedback", "0010_recorded_by_a_unit")]
    operations = [
        AddIndexConcurrently(
            model_name='ticket',
            index=models.Index(condition=models.Q(('is_open', True)), fields=['area', 'due_at'], include=('unit', 'paused_at'), name='ticket_open_area_due'),
        ),
        AddIndexConcurrently(
            model_name='ticket',
            index=models.Index(fields=['area', 'occurred_at'], name='ticket_area_occurred'),
        ),
    ]
