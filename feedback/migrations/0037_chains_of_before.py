"""What stands in the explanations of dates that are still owed becomes the chain of their tickets; a remark of ours leaves
the screens. And as 0035: a column that is new counts as full until the table is analysed."""

from datetime import UTC

from django.db import migrations


def chains(apps, schema_editor):
    owed = apps.get_model("feedback", "Promise").objects.filter(
        explanation__has_key="held", met_at=None, withdrawn_at=None, ticket__is_open=True)
    for promise in owed.select_related("ticket").iterator():
        since, stays = promise.made_at.astimezone(UTC).isoformat(), []
        why = {name: value for name, value in promise.explanation.items() if name != "held"}
        for unit_id, until, due in promise.explanation["held"]:
            stays.append({"unit": unit_id, "since": since, "until": until, "due": due, "rule": promise.rule_id,
                          "stopped": promise.stopped_minutes, "why": why | {"paused": [
                              pause for pause in why.get("paused", []) if pause[1] <= until]}})
            since = until
        promise.ticket.stays = stays
        promise.ticket.save(update_fields=["stays"])


def say_it_plainly(apps, schema_editor):
    rules = apps.get_model("feedback", "RoutingRule").objects.filter(code="by-area")
    rules.filter(note="Còn lại: đơn vị của địa bàn").update(note="Đơn vị của địa bàn")


class Migration(migrations.Migration):
    dependencies = [("feedback", "0036_who_had_it_before")]
    operations = [
        migrations.RunPython(chains, migrations.RunPython.noop),
        migrations.RunPython(say_it_plainly, migrations.RunPython.noop),
        migrations.RunSQL("ANALYZE feedback_ticket, feedback_promise", migrations.RunSQL.noop),
    ]
