"""`manage.py try_candidates`: how well the search for duplicates finds what was planted in a made-up register of two
years, with this city's words and thresholds, and how long one search takes among many items. Writes nothing that
stays."""

from statistics import median
from time import perf_counter

from django.core.management.base import BaseCommand, CommandError
from django.db import connection, transaction
from django.utils import timezone

from coordination.investments import likeness, trial
from coordination.models import Item
from districts.models import Unit

LEAST_RECALL, LEAST_PRECISION, MOST_MS = 0.9, 0.8, 300
SEARCHES = 20


class Command(BaseCommand):
    help = "Recall, precision and speed of the search for duplicate items, on a made-up register."

    def add_arguments(self, parser):
        parser.add_argument("--items", type=int, default=1500)
        parser.add_argument("--duplicates", type=int, default=150)
        parser.add_argument("--seed", type=int, default=1022)
        parser.add_argument("--among", type=int, default=10_000, help="items that one search is timed among; 0: none")

    def handle(self, *args, items, duplicates, seed, among, **options):
        today = timezone.localdate()
        try:
            made = trial.register(items, duplicates, seed, today)
        except ValueError as exc:
            raise CommandError(str(exc)) from exc
        found = trial.tried(made)
        self.stdout.write(
            f"{found.items:,} items, {found.planted} planted pairs: {found.found} found, {found.right} planted; "
            f"recall {found.recall:.1%} (at least {LEAST_RECALL:.0%}), precision {found.precision:.1%} "
            f"(at least {LEAST_PRECISION:.0%}); {found.seconds:.1f} s for every pair")
        slowest = self._timed(made, among) if among else 0
        if found.recall < LEAST_RECALL or found.precision < LEAST_PRECISION or slowest > MOST_MS:
            raise CommandError("below what is promised")

    def _timed(self, made: list[trial.Made], among: int) -> float:
        """Milliseconds of the slowest of twenty searches among so many rows, which are taken back."""
        with transaction.atomic():
            unit = Unit.objects.city().pk
            rows = trial.as_items(made, unit, timezone.now())
            for _copy in range(0, among, len(rows)):
                Item.objects.bulk_create([_without_key(row) for row in rows], batch_size=1000)
            with connection.cursor() as cursor:
                cursor.execute("ANALYZE coordination_item")
            likeness.Scale.of_city()  # the vocabulary is kept for a minute
            asked = list(Item.objects.select_related("component").order_by("?")[:SEARCHES])
            took = []
            for item in asked:
                begun = perf_counter()
                likeness.candidates(item)
                took.append(1000 * (perf_counter() - begun))
            whole = Item.objects.count()
            transaction.set_rollback(True)
        self.stdout.write(f"one search among {whole:,} items: median {median(took):.0f} ms, slowest {max(took):.0f} ms "
                          f"(at most {MOST_MS})")
        return max(took)


def _without_key(row: Item) -> Item:
    row.pk = None
    row._state.adding = True
    return row
