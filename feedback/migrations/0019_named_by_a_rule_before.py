"""Whether a rule named the unit of the tickets that are open now, from their history."""

from django.db import migrations

KNOWN = """
    UPDATE feedback_ticket SET is_routed = true WHERE is_open AND (
        SELECT data ? 'rule' FROM feedback_ticketevent AS event
        WHERE event.ticket_id = feedback_ticket.id AND verb IN ('forward', 'transfer', 'send_back')
        ORDER BY event.id DESC LIMIT 1
    )
"""


class Migration(migrations.Migration):
    dependencies = [("feedback", "0018_named_by_a_rule")]
    operations = [migrations.RunSQL(KNOWN, migrations.RunSQL.noop)]
