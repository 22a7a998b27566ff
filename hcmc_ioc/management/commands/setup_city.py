"""Prepare the city of IOC_CITY, empty but ready to work. Running it again changes nothing."""

from django.conf import settings
from django.core.management import BaseCommand, CommandError, call_command

from coordination import loading as coordination
from dashboards.figures import rebuild
from districts.loading import BadData
from hcmc_ioc.local import build
from notifications import loading as notifications
from reports import loading as reports
from signals import loading as signals


class Command(BaseCommand):
    help = "Prepare the database of IOC_CITY: migrations, units, rules, figures in the shape of this release."

    def handle(self, **options):
        self.stdout.write(f"Preparing {settings.CITY['name_en']} (IOC_CITY={settings.CITY_CODE}, map {settings.MAP})")
        steps = [("tables", "migrate"), ("units, calendar and streets", "load_units")]
        if "hotline" in settings.MODULES:
            steps.append(("categories, deadlines and routing", "load_rules"))
        steps.append(("indicators", "load_indicators"))
        for title, command in steps:
            self.stdout.write(f"  {title} …")
            call_command(command, verbosity=0)
        self.stdout.write("  types of reports, rules of alerts and e-mail, what coordination begins with …")
        try:
            reports.load_city(settings.CITY_CODE)
            signals.load_city(settings.CITY_CODE)
            coordination.load_city(settings.CITY_CODE)
            notifications.load_city(settings.CITY_CODE)
        except BadData as exc:
            raise CommandError(str(exc)) from exc
        if rebuild.is_needed():
            self.stdout.write("  figures in the shape of this release …")
            rebuild.rebuild()
        if build.collect_static():
            self.stdout.write("  static files collected")
        self.stdout.write("  ready")
