"""Forget the mark of a redaction that nothing ever made. The column stays empty in the database for one release more,
since processes that were not restarted yet still read it."""

from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("feedback", "0020_disclosed_reporters")]
    operations = [
        migrations.SeparateDatabaseAndState(state_operations=[migrations.RemoveField("eventtext", "redacted_at")]),
    ]
