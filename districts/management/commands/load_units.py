from pathlib import Path

from django.core.management.base import BaseCommand, CommandError

from districts.cities import city
from districts.loading import BadData, load, load_register
from districts.models import Unit
from hcmc_ioc.lib import caching


class Command(BaseCommand):
    help = "Load units, succession and working calendar of the city (IOC_CITY); may be repeated freely."

    def add_arguments(self, parser):
        parser.add_argument("file", type=Path, nargs="?",
                            help="CSV of units below the city: code, name (may lack), group, first_month, last_month")

    def handle(self, *args, file=None, **options):
        here = city()
        if file is not None:
            return self._register(file, here)
        self.stdout.write(f"{here.name_vi}: loading units and calendar …")
        try:
            tallies = load(here)
        except BadData as exc:
            raise CommandError(f"nothing was loaded; the files of {here.code} have faults:\n{exc}") from exc
        for name, tally in tallies.items():
            self.stdout.write(f"  {name}: {tally}")
            if tally.kept:
                self.stdout.write(f"    not in the file, kept: {', '.join(tally.kept)}")
        caching.clear_all()
        return self._told(tallies)

    def _register(self, file, here):
        try:
            tally = load_register(file, here)
        except Unit.DoesNotExist as exc:
            raise CommandError("the city itself is not there yet: run load_units without a file first") from exc
        except BadData as exc:
            raise CommandError(f"nothing was loaded:\n{exc}") from exc
        caching.clear_all()
        self.stdout.write(f"  {file.name}: {tally}")

    def _told(self, tallies):
        if all(tally.quiet for tally in tallies.values()):
            self.stdout.write("Nothing to change.")
