"""`manage.py load_alert_rules`: the city's rules of alerts; again and again without harm."""

from django.core.management.base import BaseCommand, CommandError

from districts.cities import city
from districts.loading import BadData
from signals.loading import load_city


class Command(BaseCommand):
    help = "Load the rules of alerts that the city's own file names."

    def handle(self, *args, **options):
        try:
            tallies = load_city(city().code)
        except BadData as exc:
            raise CommandError(f"nothing was loaded:\n{exc}") from exc
        for name, tally in tallies.items():
            self.stdout.write(f"  {name}: {tally}")
