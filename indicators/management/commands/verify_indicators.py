"""`manage.py verify_indicators`: the city's figures against their values, issues against the values that fail. Exit 0:
exact; 1: differences are named."""

from django.core.management.base import BaseCommand, CommandError

from indicators import quality_proof, totals
from indicators.models import Issue, Total
from indicators.topics import TAKER
from live import feed


class Command(BaseCommand):
    help = "Count all figures of the city and all issues anew, by another way, and name every difference."

    def handle(self, *args, **options):
        feed.take_all(TAKER)
        found = [*totals.differences(), *quality_proof.differences()]
        for line in found[:200]:
            self.stdout.write(line)
        if found:
            raise CommandError(f"{len(found)} differences from the values; rebuild_indicators counts all anew")
        issues = Issue.objects.filter(state__in=Issue.UNSETTLED).count()
        self.stdout.write(f"exact: {Total.objects.count():,} figures, {issues:,} open issues")
