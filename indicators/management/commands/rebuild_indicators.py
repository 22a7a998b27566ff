"""`manage.py rebuild_indicators`: count all figures of the city anew from their values, and run every check again."""

from django.core.management.base import BaseCommand

from indicators import quality, totals


class Command(BaseCommand):
    help = "Count all figures of the city anew."

    def handle(self, *args, **options):
        self.done = 0
        count = totals.rebuild(self._progress)
        quality.again()
        self.stderr.write("")
        self.stdout.write(f"{count:,} figures")

    def _progress(self, step):
        self.done += step
        self.stderr.write(f"\r{self.done} indicators", ending="")
