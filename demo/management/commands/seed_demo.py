"""`manage.py seed_demo`: a year of believable tickets with exact figures at the end. Does nothing the second time."""

import time

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from dashboards.figures import fold
from demo import cast, centres, data_sets, directives, guidance, investments, numbers, office, reports, seeding
from demo.intake import SYSTEM
from feedback.models import Ticket
from feedback.rules.rulebook import rulebook
from indicators.topics import TAKER
from live import feed

REPORTED = 6  # months; a shorter past has no reports


class Command(BaseCommand):
    requires_system_checks = []  # needs no pages
    help = "Fill the city with a year of demo tickets, people and figures (never twice)."

    def add_arguments(self, parser):
        parser.add_argument("--tickets", type=int, default=60_000)
        parser.add_argument("--months", type=int, default=12, help="how far back the first ticket lies")
        parser.add_argument("--seed", type=int, default=1022, help="another number makes another city")

    def handle(self, *args, tickets, months, seed, **options):
        cast.check_city()
        if tickets < 1 or months < 1:
            raise CommandError("--tickets and --months must be at least 1")
        if not seeding.is_seeded() and Ticket.objects.exclude(source_system=SYSTEM).exists():
            raise CommandError("this database holds tickets that are not of the demo: nothing was added to them")
        self._numbers(2 * months, seed)
        if seeding.is_seeded():
            self.stdout.write("The demo tickets are there already.")
            return
        started = time.monotonic()
        now = timezone.now().astimezone(rulebook().zone).replace(microsecond=0)
        cast.enrol(now.date(), cast.password())
        data_sets.seed(seed)
        centres.seed(seed, now)
        investments.seed(seed, now)
        guidance.seed(seed, now)
        written = seeding.seed(tickets, months, seed, now, lambda done: self._bar(done, tickets))
        self.stderr.write("\nCounting the figures …")
        fold.fold_all()
        self.stdout.write(f"{written:,} demo tickets of {months} months in {time.monotonic() - started:.0f} s")
        tasks = directives.seed(seed, now, months, lambda done: self.stderr.write(
            f"\rDemo directives {done:,}", ending=""))
        self.stderr.write("")
        self.stdout.write(f"{tasks:,} demo tasks of directives")
        office.seed(seed, now, lambda done: self.stderr.write(f"\rDemo explanations {done:,}", ending=""))
        if months >= REPORTED:
            made = reports.seed(now, lambda done: self.stderr.write(f"\rDemo reports {done:,}", ending=""))
            self.stderr.write("")
            self.stdout.write(f"{made:,} demo reports")

    def _numbers(self, months: int, seed: int) -> None:
        """What districts deliver, twice as long as the tickets: a year is compared with the one before."""
        if numbers.is_seeded():
            return
        now = timezone.now()
        written = numbers.seed(months, seed, now, lambda done: self.stderr.write(
            f"\rDemo numbers {done:,}", ending=""))
        feed.take_all(TAKER)
        self.stderr.write("")
        self.stdout.write(f"{written:,} demo numbers of {months} months")

    def _bar(self, done: int, total: int) -> None:
        filled = 30 * done // total
        self.stderr.write(f"\rDemo tickets [{'█' * filled}{'·' * (30 - filled)}] {done:,} of {total:,}", ending="")
        self.stderr.flush()
