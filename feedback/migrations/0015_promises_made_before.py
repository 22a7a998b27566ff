"""Promises made under the rules before: the citizen's first date where it was extended, and no clock that was stopped
after its date had passed. Other old verdicts stand (docs/operations.md). `setup_city` rebuilds the figures."""

from datetime import datetime

from django.db import migrations
from django.db.models import F

from districts.calendar import OutsideCalendar, move_by
from districts.calendars import calendar_for


def first_dates(apps, schema_editor):
    """What the explanation computed, later by the pauses that it lists. A date that a source gave is not known any more
    once it was extended."""
    extended = apps.get_model("feedback", "Promise").objects.filter(
        explanation__has_keys=["extended", "due"], first_due_at=None)
    for promise in extended.iterator():
        calendar = calendar_for(promise.unit_id)
        first = datetime.fromisoformat(promise.explanation["due"])
        try:
            for since, until, *_why in promise.explanation.get("paused", []):
                first = move_by(first, datetime.fromisoformat(since), datetime.fromisoformat(until), calendar,
                                promise.explanation)
        except OutsideCalendar:
            continue
        promise.first_due_at = first
        promise.save(update_fields=["first_due_at"])


def run_again(apps, schema_editor):
    """A question to the citizen stops only a clock that still runs."""
    stopped = apps.get_model("feedback", "Promise").objects.filter(
        paused_at__gt=F("due_at"), met_at=None, withdrawn_at=None)
    apps.get_model("feedback", "Ticket").objects.filter(promises__in=stopped).update(paused_at=None)
    stopped.update(paused_at=None)


INTERNAL = "Quy định nội bộ tổng đài (thành phố có thể đổi)"


def say_less(apps, schema_editor):
    """What stands in a citizen's and a district's sight names the regulation alone."""
    rules = apps.get_model("feedback", "DeadlineRule").objects.filter(regulation=INTERNAL)
    rules.update(regulation=INTERNAL.partition(" (")[0])


class Migration(migrations.Migration):
    dependencies = [("feedback", "0014_lists_of_late_work"), ("districts", "0002_names_in_two_languages")]
    operations = [
        migrations.RunPython(first_dates, migrations.RunPython.noop),
        migrations.RunPython(run_again, migrations.RunPython.noop),
        migrations.RunPython(say_less, migrations.RunPython.noop),
    ]
