"""`manage.py load_rules`: categories, channels, deadlines and routing of the city, from its files."""

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from feedback.rules import catalogue


class Command(BaseCommand):
    help = "Load categories, channels, deadline and routing rules of IOC_CITY (idempotent)."

    def add_arguments(self, parser):
        parser.add_argument("--overwrite", action="store_true", help="also put back rows that were edited in the admin")

    def handle(self, *args, overwrite, **options):
        try:
            changed = catalogue.load(settings.CITY["code"], overwrite=overwrite)
        except catalogue.BadFile as exc:
            raise CommandError(str(exc)) from exc
        self.stdout.write("rules: " + ", ".join(f"{count} {name.replace('_', ' ')}" for name, count in changed.items()))
