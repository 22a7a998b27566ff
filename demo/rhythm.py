"""When people call, about what and from where: a year of days with weekdays, holidays, rain, tides and bad days.

Pure: the city's areas, calendar and random source are passed in. Everything follows from the seed.
"""

import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import lru_cache
from itertools import accumulate
from random import Random

from demo.texts import DATA, kinds
from districts.calendar import Calendar

GROWTH = 2.6  # the last day against the first: since 2025 people have learnt to call 1022 (docs: 120 a day, then 490)
BAD_DAYS = 8  # in a year
STORMS = 3
_NEW_MOON = date(2000, 1, 6).toordinal() + 0.76
_MONTH = 29.530589
TIDE_KIND = "thoat-nuoc-ngap"


@dataclass(frozen=True)
class Call:
    at: datetime
    kind: str  # a category's code
    area: int  # index into the areas
    tide: bool = False


@dataclass(frozen=True)
class Current:
    """One cause of calls on a day: how many (relative), which kinds, from which areas, at which hours."""

    weight: float
    kinds: tuple[str, ...]
    kind_steps: tuple[float, ...]  # cumulative weights
    areas: tuple[int, ...]
    area_steps: tuple[float, ...]
    rhythm: str = ""  # "" = each kind's own
    tide: bool = False


@lru_cache(maxsize=1)
def tables() -> dict:
    return tomllib.loads((DATA / "rhythms.toml").read_text(encoding="utf-8"))


@lru_cache(maxsize=16)
def hour_steps(rhythm: str) -> tuple[float, ...]:
    return tuple(accumulate(tables()["hours"][rhythm]))


def liveliness(at: datetime) -> float:
    """How lively the city is at this local moment, 0–1: all rhythms together against their busiest hour."""
    curve = [sum(kind.weight * _share(kind.rhythm, hour) for kind in kinds().values()) for hour in range(24)]
    return curve[at.hour] / max(curve)


@lru_cache(maxsize=256)
def _share(rhythm: str, hour: int) -> float:
    weights = tables()["hours"][rhythm]
    return weights[hour] / sum(weights)


def is_spring_tide(day: date) -> bool:
    """Whether the day is one of the three after a new or full moon, when the river is highest."""
    age = (day.toordinal() - _NEW_MOON) % (_MONTH / 2)
    return 0.5 <= age < 3.5


class Year:
    """The days from `first` to the moment `now` (local), each with its currents."""

    def __init__(self, first: date, now: datetime, calendar: Calendar, areas: list[tuple[str, float]], rng: Random):
        """`areas` are (unit code, weight) in the order that `Call.area` counts."""
        self.first, self.now, self.calendar, self.rng = first, now, calendar, rng
        self.codes = [code for code, _weight in areas]
        self.area_weights = [weight for _code, weight in areas]
        self.everywhere = self._areas(range(len(areas)))
        self.length = (now.date() - first).days + 1
        self.days = [first + timedelta(days=i) for i in range(self.length)]
        self.usual = {}
        self.bad_days = self._bad_days()
        self.storms = self._storms()

    def calls(self, count: int) -> Iterator[list[Call]]:
        """Exactly `count` calls in order of time, a day at a time; none after `now`."""
        plans = [self._currents(number, day) for number, day in enumerate(self.days)]
        weights = [sum(current.weight for current in plan) for plan in plans]
        weights[-1] *= self._elapsed()
        total, sofar, given = sum(weights), 0.0, 0
        for day, plan, weight in zip(self.days, plans, weights, strict=True):
            sofar += weight
            upto = round(count * sofar / total)
            yield self._calls_of(day, plan, upto - given)
            given = upto

    def _calls_of(self, day: date, plan: list[Current], count: int) -> list[Call]:
        steps = list(accumulate(current.weight for current in plan))
        found = []
        for current in self.rng.choices(plan, cum_weights=steps, k=count):
            kind = self.rng.choices(current.kinds, cum_weights=current.kind_steps)[0]
            area = self.rng.choices(current.areas, cum_weights=current.area_steps)[0]
            at = self._moment(day, current.rhythm or kinds()[kind].rhythm)
            found.append(Call(at, kind, area, current.tide and kind == TIDE_KIND))
        found.sort(key=lambda call: call.at)
        return found

    def _moment(self, day: date, rhythm: str) -> datetime:
        for _try in range(40):
            hour = self.rng.choices(range(24), cum_weights=hour_steps(rhythm))[0]
            second = self.rng.randrange(3600)
            at = datetime(day.year, day.month, day.day, hour, second // 60, second % 60, tzinfo=self.now.tzinfo)
            if at <= self.now:
                return at
        return self.now - timedelta(seconds=self.rng.randrange(60, 3600))

    def _elapsed(self) -> float:
        """The share of today that is over."""
        steps = hour_steps("day")
        before = steps[self.now.hour - 1] if self.now.hour else 0
        return (before + (steps[self.now.hour] - before) * self.now.minute / 60) / steps[-1]

    def _currents(self, number: int, day: date) -> list[Current]:
        level = GROWTH ** (number / 365) * max(0.7, self.rng.gauss(1, 0.07))
        usual = self._usual(day)
        plan = [Current(usual.weight * level, usual.kinds, usual.kind_steps, usual.areas, usual.area_steps)]
        plan += self._rain(number, day, level) + self._tide(day, level)
        if number in self.bad_days:
            plan.append(self._trouble(self.bad_days[number], level))
        return plan

    def _usual(self, day: date) -> Current:
        special = self.calendar.days.get(day)
        mood = "holiday" if special and not special.spans else day.weekday()
        if mood not in self.usual:
            weights = [kind.weight * self._mood(kind.rhythm, mood) for kind in kinds().values()]
            steps = tuple(accumulate(weights))
            self.usual[mood] = Current(steps[-1], tuple(kinds()), steps, *self.everywhere)
        return self.usual[mood]

    @staticmethod
    def _mood(rhythm: str, mood) -> float:
        if mood == "holiday":
            return {"office": 0.1, "rush": 0.5, "noise": 1.5}.get(rhythm, 0.7)
        week = tables()["weekdays"][rhythm]
        return week[mood] * 7 / sum(week)

    def _areas(self, numbers) -> tuple[tuple[int, ...], tuple[float, ...]]:
        chosen = tuple(numbers)
        return chosen, tuple(accumulate(self.area_weights[i] for i in chosen))

    def _some_areas(self, codes: list[str], count: int) -> tuple:
        """`count` of the areas with these codes, or of all when the map knows none of them."""
        known = [i for i, code in enumerate(self.codes) if code in codes] or list(range(len(self.codes)))
        return self._areas(sorted(self.rng.sample(known, min(count, len(known)))))

    def _rain(self, number: int, day: date, level: float) -> list[Current]:
        weather = tables()["weather"]
        storm = number in self.storms
        if not storm and self.rng.random() >= weather["rain"][day.month - 1]:
            return []
        strength = self.rng.uniform(0.7, 1.2) if storm else self.rng.uniform(0.02, 0.16)
        reports = weather["rain_reports"]
        areas = self._some_areas(weather["rain_areas"], 8 if storm else self.rng.randint(2, 5))
        return [Current(100 * level * strength, tuple(reports), tuple(accumulate(reports.values())), *areas, "rain")]

    def _tide(self, day: date, level: float) -> list[Current]:
        strength = tables()["weather"]["tide"][day.month - 1]
        if not strength or not is_spring_tide(day):
            return []
        areas = self._some_areas(tables()["weather"]["tide_areas"], 5)
        return [Current(100 * level * strength, (TIDE_KIND,), (1.0,), *areas, "tide", tide=True)]

    def _trouble(self, trouble: dict, level: float) -> Current:
        areas = self._some_areas(self.codes, trouble["areas"]) if trouble["areas"] else self.everywhere
        reports = trouble["reports"]
        steps = tuple(accumulate(reports.values()))
        return Current(100 * level * trouble["strength"], tuple(reports), steps, *areas, trouble["rhythm"])

    def _bad_days(self) -> dict[int, dict]:
        working = [i for i, day in enumerate(self.days[:-1]) if self.calendar.is_working_day(day)]
        chosen = self.rng.sample(working, min(BAD_DAYS, len(working)))
        return {number: self.rng.choice(tables()["troubles"]) for number in chosen}

    def _storms(self) -> set[int]:
        wet = [i for i, day in enumerate(self.days[:-1]) if 5 <= day.month <= 11]
        return set(self.rng.sample(wet, min(STORMS, len(wet))))
