from django.core.management.base import BaseCommand, CommandError

from districts.cities import city
from districts.loading import BadData, load
from hcmc_ioc.lib import caching


class Command(BaseCommand):
    help = "Load units, succession and working calendar of the city (IOC_CITY); may be repeated freely."

    def handle(self, **options):
        here = city()
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
        if all(tally.quiet for tally in tallies.values()):
            self.stdout.write("Nothing to change.")
