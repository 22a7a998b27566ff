"""Who had a ticket before, in one chain of its own; who let a citizen's first date pass; each unit's own stars. What
stands in the explanations of dates that are still owed becomes the chain of their tickets."""

from datetime import UTC

import django.db.models.deletion
from django.db import migrations, models


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


class Migration(migrations.Migration):
    dependencies = [("districts", "0003_words_of_the_admin"), ("feedback", "0035_known_to_the_planner")]
    operations = [
        migrations.AddField("ticket", "stays", models.JSONField(null=True)),
        migrations.AddField("ticket", "round_at", models.DateTimeField(null=True)),
        migrations.AddField("ticket", "other_ratings", models.JSONField(null=True)),
        migrations.AddField("promise", "first_unit", models.ForeignKey(
            db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+",
            to="districts.unit")),
        migrations.AddIndex("ticket", models.Index(
            fields=["rated_at"], name="ticket_rated_twice", condition=models.Q(other_ratings__isnull=False))),
        migrations.RunPython(chains, migrations.RunPython.noop),
    ]
