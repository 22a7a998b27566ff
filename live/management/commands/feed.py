"""`manage.py feed`: who takes the changes of the feed, how far behind each is, and what it could not take."""

from django.core.management.base import BaseCommand
from django.db.models import Count, Q
from django.utils import timezone

from live import feed
from live.models import Handover


class Command(BaseCommand):
    help = "List the takers of the feed: changes waiting, seconds behind, changes put off because taking them failed."

    def handle(self, *args, **options):
        now = timezone.now()
        counts = Handover.objects.values("taker").annotate(waiting=Count("pk"), put_off=Count("pk", Q(tries__gt=0)))
        rows = {row["taker"]: row for row in counts}
        lags = feed.lags(now)
        self.stdout.write(f"{'taker':<24}{'waiting':>10}{'behind, s':>12}{'put off':>10}")
        for name in sorted(rows.keys() | lags.keys()):
            row = rows.get(name, {"waiting": 0, "put_off": 0})
            gone = "" if name in lags else "   (nobody takes this any more)"
            self.stdout.write(f"{name:<24}{row['waiting']:>10}{lags.get(name, 0):>12}{row['put_off']:>10}{gone}")
