"""`manage.py indicators --json --code CODE`: the figures that pages show, from the same functions."""

import json
from datetime import date, datetime, time, timedelta

from django.core.management.base import BaseCommand, CommandError

from indicators import owed, ranges, representation
from indicators.answers import answer, version_for
from indicators.models import Indicator
from indicators.topics import TAKER
from live import feed


class Command(BaseCommand):
    help = "Print the figures of one indicator: the city's, and with --units every unit's."

    def add_arguments(self, parser):
        parser.add_argument("--json", action="store_true", help="one JSON object instead of a table")
        parser.add_argument("--code", required=True)
        parser.add_argument("--from", dest="first", metavar="YYYY-MM[-DD]")
        parser.add_argument("--to", dest="last", metavar="YYYY-MM[-DD]", help="inclusive")
        parser.add_argument("--by", choices=["month", "quarter", "year", "all"])
        parser.add_argument("--units", action="store_true")
        parser.add_argument("--map", choices=["then", "today"], default="then")
        parser.add_argument("--as-of", metavar="YYYY-MM-DD", help="as known at the end of that day")

    def handle(self, *args, code, first, last, by, units, map, as_of, **options):
        feed.take_all(TAKER)
        indicator = Indicator.objects.filter(code=code).prefetch_related("versions").first()
        if indicator is None:
            raise CommandError(f"no indicator has the code {code!r}")
        try:
            periods = ranges.periods(indicator, first, last, by)
            moment = _end_of(as_of) if as_of else None
            found = answer(indicator, periods, map_=map, as_of=moment) if periods else []
        except ValueError as exc:
            raise CommandError(str(exc), returncode=2) from exc
        shown = [representation.answer(each, units=units) for each in found]
        if options["json"]:
            version = version_for(indicator, periods[-1]).number if periods else 1
            self.stdout.write(json.dumps({"code": indicator.code, "version": version, "periods": shown}))
            return
        for period in shown:
            city = period["city"]
            value = city["why"] if city["value"] is None else city["value"]
            self.stdout.write(f"{period['start']} … {period['end']}  {value}  "
                              f"({city['delivered']} of {city['owed']} cells)")


def _end_of(text: str) -> datetime:
    return datetime.combine(date.fromisoformat(text) + timedelta(days=1), time.min, owed.rule().zone)
