"""What a unit recorded itself is counted apart."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("dashboards", "0003_screens_move_to_live")]
    operations = [
        migrations.AddField(
            model_name='unitday',
            name='self_received',
            field=models.IntegerField(db_default=0, default=0),
        ),
    ]
