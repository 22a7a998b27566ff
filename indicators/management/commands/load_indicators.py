"""`manage.py load_indicators FILE`: rows of the catalogue from a TOML or CSV file; again and again without harm."""

from pathlib import Path

from django.core.management.base import BaseCommand, CommandError

from districts.cities import city
from indicators.loading import BadData, load, load_city


class Command(BaseCommand):
    help = "Load indicators, their definitions, targets and sets (default: the city's own file)."

    def add_arguments(self, parser):
        parser.add_argument("file", type=Path, nargs="?")

    def handle(self, *args, file, **options):
        try:
            tallies = load(file) if file else load_city(city().code)
        except BadData as exc:
            raise CommandError(f"nothing was loaded:\n{exc}") from exc
        for name, tally in tallies.items():
            self.stdout.write(f"  {name}: {tally}")
