"""`manage.py verify_aggregates`: do the rollups equal the tickets? Exit 0 when they do, 1 with every difference, 2 when
nothing could be compared."""

import sys

from django.core.management.base import BaseCommand

from dashboards.figures import rebuild


class Command(BaseCommand):
    help = "Compare the rollups with the pure function over all tickets and with an independent SQL recount."

    def handle(self, *args, verbosity, **options):
        tell = (lambda done: self.stderr.write(f"\r{done:,} tickets", ending="")) if verbosity else (lambda done: None)
        differences = rebuild.differences(tell)
        for line in differences:
            self.stdout.write(line)
        if differences:
            self.stderr.write(f"{len(differences)} differences: manage.py rebuild_aggregates puts them right")
            sys.exit(1)
        self.stdout.write("aggregates are exact")
