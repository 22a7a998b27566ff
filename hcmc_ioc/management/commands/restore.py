"""`manage.py restore FILE`: a city out of its backup, into an empty place."""

from pathlib import Path

from django.core.management.base import BaseCommand, CommandError

from hcmc_ioc import backups


class Command(BaseCommand):
    help = "Put the city of FILE (written by `backup`) into this empty database."
    requires_system_checks = []

    def add_arguments(self, parser):
        parser.add_argument("file", type=Path)

    def handle(self, *args, file, **options):
        try:
            manifest = backups.restore(file, self._progress)
        except backups.BackupError as error:
            raise CommandError(str(error)) from None
        self.stderr.write("")
        self.stdout.write(f"restored {sum(manifest['rows'].values()):,} rows as of {manifest['made_at']}")
        self.stdout.write("next: manage.py setup_city (to this release), manage.py verify_aggregates (its figures)")

    def _progress(self, done, total, table):
        share = 100 * done // max(total, 1)
        self.stderr.write(f"\r{share:3} % {table:<40}", ending="")
