"""`manage.py figures --json`: what the screens show, from the same functions, for the city and every unit."""

import json
from argparse import ArgumentTypeError
from datetime import date

from django.core.management.base import BaseCommand, CommandError
from django.db.models import Q
from django.utils import timezone

from dashboards.figures import definitions, fold
from dashboards.figures.periods import Period
from dashboards.models import PromiseDay, UnitDay
from districts.models import Unit
from feedback.rules.rulebook import rulebook


def day(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise ArgumentTypeError(f"{text!r} is no day like 2026-01-31") from None


class Command(BaseCommand):
    help = "Print the figures of the city and its units for a period of local days (default: the last 30)."

    def add_arguments(self, parser):
        parser.add_argument("--json", action="store_true", help="one JSON object instead of a table")
        parser.add_argument("--unit", help="code of one unit")
        parser.add_argument("--from", dest="start", type=day, metavar="DATE", help="first day, YYYY-MM-DD")
        parser.add_argument("--to", dest="end", type=day, metavar="DATE", help="last day, YYYY-MM-DD")

    def handle(self, *args, unit, start, end, **options):
        fold.fold_all()  # what just happened counts, also where no worker runs
        now = timezone.now()
        today = now.astimezone(rulebook().zone).date()
        end = end or today
        try:
            period = Period(start, end) if start else Period.last(30, end)
        except (ValueError, OverflowError) as exc:
            raise CommandError(str(exc)) from exc
        units = self._units(unit)
        city_id = rulebook().city_id
        by_unit = definitions.figures([city_id, *(u.pk for u in units)], period, now)
        answer = {
            "from": period.start.isoformat(),
            "to": period.end.isoformat(),
            "at": now.isoformat(),
            "city": published(by_unit[city_id]),
            "units": [{"code": u.code, "name": u.name_vi} | published(by_unit[u.pk]) for u in units],
        }
        if options["json"]:
            self.stdout.write(json.dumps(answer, ensure_ascii=False, indent=2))
        else:
            self._table(answer)

    def _units(self, code: str | None) -> list[Unit]:
        """All units that work now or ever had a ticket, `unassigned` included, so that they add up to the city."""
        if code is not None:
            chosen = list(Unit.objects.filter(code=code))
            if not chosen:
                raise CommandError(f"no unit has the code {code!r}")
            return chosen
        counted = UnitDay.objects.values("unit_id").union(PromiseDay.objects.values("unit_id"))
        working = Unit.objects.in_force().values("pk")
        return list(Unit.objects.filter(Q(pk__in=working) | Q(pk__in=counted)).exclude(kind=Unit.Kind.CITY))

    def _table(self, answer: dict) -> None:
        self.stdout.write(f"{answer['from']} … {answer['to']}")
        self.stdout.write("  ".join([f"{'':<32}", *(f"{name:>10}" for name in definitions.PUBLISHED)]))
        for row in [{"name": "*"} | answer["city"], *answer["units"]]:
            numbers = ["–" if row[name] is None else row[name] for name in definitions.PUBLISHED]
            self.stdout.write("  ".join([f"{row['name'][:32]:<32}", *(f"{n:>10}" for n in numbers)]))


def published(figures: definitions.Figures) -> dict:
    return {name: getattr(figures, name) for name in definitions.PUBLISHED}
