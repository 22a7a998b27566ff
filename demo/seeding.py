"""The demo's past: a year of stories written at once, all of them or none."""

from collections import defaultdict, deque
from collections.abc import Callable
from datetime import datetime, timedelta
from random import Random

from django.db import connection, transaction

from demo import cast
from demo.intake import SYSTEM, Desk, Report
from demo.places import next_door
from demo.profiles import callers, habits
from demo.rhythm import Call, Year
from demo.scenario import City, still_open
from feedback import bulk
from feedback.bulk import Story
from feedback.models import Ticket
from feedback.rules.rulebook import rulebook

BATCH = 2000
DUPLICATES = 0.06  # of calls about something of which an earlier report is still open near by


def is_seeded() -> bool:
    return Ticket.objects.filter(source_system=SYSTEM).exists()


def city_at(now: datetime) -> City:
    """The city as its rules stand; `now` is local."""
    book = rulebook()
    units = cast.working_units()
    desk = Desk(book, [unit for unit in units if unit.is_area])
    return City(desk, cast.Crew(), habits(units), now)


def seed(tickets: int, months: int, seed: int, now: datetime, progress: Callable[[int], None]) -> int:
    """Write `tickets` stories of the last `months` months up to `now` (local), in one transaction; returns how many."""
    teller = _Teller(city_at(now), Random(seed))
    year = _year(teller.city, months, now, Random(f"{seed} days"))
    done = 0
    with transaction.atomic():
        batch: list[Story] = []
        for calls in year.calls(tickets):
            batch += [teller.story(call) for call in calls]
            if len(batch) >= BATCH:
                done += _write(batch, teller)
                progress(done)
                batch = []
        done += _write(batch, teller)
        progress(done)
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")  # else the first pages are planned for empty tables
    return done


def _write(batch: list[Story], teller: "_Teller") -> int:
    teller.recent.clear()  # a merge and its original are written together
    return bulk.write(batch, job=cast.JOB, zone=teller.city.desk.book.zone, wake=False)


def _year(city: City, months: int, now: datetime, rng: Random) -> Year:
    areas = [(unit.code, callers(unit)) for unit in city.desk.areas]
    first = now.date() - timedelta(days=round(months * 365 / 12) - 1)
    return Year(first, now, city.desk.book.calendar(None), areas, rng)


class _Teller:
    """Calls → stories; remembers what was reported lately, for duplicates."""

    def __init__(self, city: City, rng: Random):
        self.city, self.rng = city, rng
        self.recent: dict[tuple, deque[tuple[Report, Story]]] = defaultdict(lambda: deque(maxlen=4))

    def story(self, call: Call) -> Story:
        lately = self.recent[call.kind, call.area]
        if self.rng.random() < DUPLICATES:
            for report, original in lately:
                if report.kind.placed and original.life.ticket.area_id and still_open(original, call.at):
                    return self._duplicate(call, report, original)
        report = self.city.desk.take(call.kind, call.area, call.at, self.rng, tide=call.tide)
        story = self.city.tell(report, self.rng)
        lately.append((report, story))
        return story

    def _duplicate(self, call: Call, report: Report, original: Story) -> Story:
        place = next_door(report.place, self.rng)
        again = self.city.desk.take(call.kind, call.area, call.at, self.rng, place=place, tide=call.tide)
        return self.city.duplicate(again, original, self.rng)
