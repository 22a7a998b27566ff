"""The column of a redaction that nothing ever made."""

from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("feedback", "0020_disclosed_reporters")]
    operations = [migrations.RemoveField("eventtext", "redacted_at")]
