"""`manage.py rebuild_aggregates`: recount all rollups from the tickets, batch by batch, while the system runs."""

from django.core.management.base import BaseCommand

from dashboards.figures import rebuild


class Command(BaseCommand):
    help = "Recount every rollup from the tickets; the system goes on working meanwhile."

    def handle(self, *args, **options):
        batches = rebuild.rebuild(lambda done, total: self.stderr.write(f"\rbatch {done} of {total}", ending=""))
        self.stderr.write("")
        self.stdout.write(f"aggregates rebuilt in {batches} batches")
