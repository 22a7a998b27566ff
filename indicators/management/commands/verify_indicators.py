"""`manage.py verify_indicators`: the city's figures against their values. Exit 0: exact; 1: differences are named."""

from django.core.management.base import BaseCommand, CommandError

from indicators import totals
from indicators.models import Total
from indicators.topics import TAKER
from live import feed


class Command(BaseCommand):
    help = "Count all figures of the city anew, by another way, and name every difference."

    def handle(self, *args, **options):
        feed.take_all(TAKER)
        found = totals.differences()
        for line in found[:200]:
            self.stdout.write(line)
        if found:
            raise CommandError(f"{len(found)} figures differ from their values; rebuild_indicators counts them anew")
        self.stdout.write(f"exact: {Total.objects.count():,} figures")
