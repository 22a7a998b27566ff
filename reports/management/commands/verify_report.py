"""`manage.py verify_report ID`: whether an edition is as it was released; exit 1 names what is not."""

from django.core.management.base import BaseCommand, CommandError

from reports import editions
from reports.models import Edition


class Command(BaseCommand):
    help = "Check an edition's data and files against their hashes, and against files made anew."

    def add_arguments(self, parser):
        parser.add_argument("id", type=int, nargs="+")

    def handle(self, *args, **options):
        bad = False
        for pk in options["id"]:
            edition = Edition.objects.released().filter(pk=pk).select_related("type", "unit").first()
            if edition is None:
                raise CommandError(f"no released edition {pk}")
            found = editions.faults(edition)
            self.stdout.write(f"{pk}: {'; '.join(found) or 'as it was released'}")
            bad = bad or bool(found)
        if bad:
            raise CommandError("not as released")
