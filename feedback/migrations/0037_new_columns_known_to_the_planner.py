"""As 0035: a column that is new counts as full until the table is analysed."""

from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("feedback", "0036_who_had_it_before")]
    operations = [migrations.RunSQL("ANALYZE feedback_ticket, feedback_promise", migrations.RunSQL.noop)]
