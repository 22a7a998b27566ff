"""Working time: when an amount of it is used up, how much of it lies between two moments, and why. Pure; no
Django.

Conventions, the same everywhere:

* **The first day is not counted** for amounts in days: day 1 is the day after `start` (Civil Code 2015,
  art. 147.2), whatever the hour of `start`. Hours and minutes run from `start` itself.
* **Days land at the end of office hours** of their last day; hours and minutes land at the exact second. A
  rule may say otherwise (`Lands`).
* **Calendar days** that end on a day off roll forward once, to the next working day (Civil Code 2015, art.
  148.5).
* An amount that is used up exactly when a span ends lands on that end (11:30), not on the next span's start
  (13:00).
* Spans are wall-clock times of the calendar's time zone; minutes (24/7) are real, elapsed ones.
"""

from array import array
from bisect import bisect_left
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from enum import StrEnum
from functools import cached_property
from zoneinfo import ZoneInfo

FIRST, LAST = date(2000, 1, 1), date(2059, 12, 31)
BASE = FIRST.toordinal()
DAYS = LAST.toordinal() - BASE + 1

Spans = tuple[tuple[int, int], ...]  # minutes of the day, in order, not touching


class AmountUnit(StrEnum):
    MINUTES = "minutes"  # run day and night
    WORKING_HOURS = "working_hours"
    WORKING_DAYS = "working_days"
    CALENDAR_DAYS = "calendar_days"


class Lands(StrEnum):
    RULE_DEFAULT = "default"
    EXACT = "exact"  # days: at the hour of `start`, moved forward into working time
    END_OF_DAY = "end_of_day"


class OutsideCalendar(ValueError):
    """A moment before 2000 or after 2059, or a calendar in which nobody ever works."""


@dataclass(frozen=True, slots=True)
class Amount:
    value: int
    unit: AmountUnit

    def __post_init__(self):
        if self.value < 1:
            raise ValueError(f"an amount of working time is at least 1, not {self.value}")


@dataclass(frozen=True, slots=True)
class SpecialDay:
    """A day that differs from its weekday: no spans on a holiday, the day's own spans otherwise."""

    name_vi: str
    name_en: str
    spans: Spans = ()


@dataclass(frozen=True, slots=True)
class Deadline:
    due: datetime
    explanation: dict


class Calendar:
    """Who works when: seven weekdays of spans (Monday first) and the days that differ. Immutable."""

    def __init__(self, tz: ZoneInfo, week: Sequence[Spans], days: Mapping[date, SpecialDay] | None = None):
        if len(week) != 7:
            raise ValueError("a week has seven days")
        self.tz = tz
        self.week = tuple(week)
        self.days = dict(days or {})

    def spans_on(self, day: date) -> Spans:
        special = self.days.get(day)
        return self.week[day.weekday()] if special is None else special.spans

    def is_working_day(self, day: date) -> bool:
        return bool(self.spans_on(day))

    @cached_property
    def table(self) -> "Table":
        return Table(self)


class Table:
    """The calendar laid out day by day (counted from `BASE`): every question is an index or a bisection."""

    def __init__(self, calendar: Calendar):
        week = [_seconds(spans) for spans in calendar.week]
        special = {day.toordinal() - BASE: _seconds(known.spans) for day, known in calendar.days.items()}
        self.spans = [special.get(i, week[(BASE + i + 6) % 7]) for i in range(DAYS)]
        self.through = array("q")  # working seconds up to the end of the day
        self.count = array("l")  # working days up to and including the day
        self.working = array("l")  # the working days
        total = 0
        for i, spans in enumerate(self.spans):
            if spans:
                self.working.append(i)
                total += sum(end - start for start, end in spans)
            self.through.append(total)
            self.count.append(len(self.working))
        if not self.working:
            raise OutsideCalendar("this calendar has no working time at all")
        self.off = _runs_off(self.spans, calendar.days)
        self.off_ends = [last for _first, last, _vi, _en in self.off]
        self.made_up = sorted(
            (day.toordinal() - BASE, known.name_vi, known.name_en)
            for day, known in calendar.days.items()
            if known.spans
        )

    def elapsed(self, i: int, second: int) -> int:
        """Working seconds from the beginning of the table to this second of day `i`."""
        total = self.through[i - 1] if i else 0
        for start, end in self.spans[i]:
            if second <= start:
                break
            total += min(second, end) - start
        return total

    def at(self, total: int) -> tuple[int, int]:
        """(day, second) at which `total` working seconds are used up: the inverse of `elapsed`."""
        i = bisect_left(self.through, total)
        if i >= DAYS:
            raise OutsideCalendar(f"the deadline lies after {LAST:%d/%m/%Y}")
        rest = total - (self.through[i - 1] if i else 0)
        for start, end in self.spans[i]:
            if rest <= end - start:
                return i, start + rest
            rest -= end - start
        raise AssertionError("bisection found a day that does not hold the rest")

    def working_day(self, n: int) -> int:
        """The `n`-th working day of the table (1 is the first)."""
        if n > len(self.working):
            raise OutsideCalendar(f"the deadline lies after {LAST:%d/%m/%Y}")
        return self.working[n - 1]

    def skipped(self, first: int, last: int) -> list:
        """Runs of days off from `first` to `last`: [from, to, name_vi, name_en]; weekends have no name."""
        runs = []
        for k in range(bisect_left(self.off_ends, first), len(self.off)):
            start, end, vi, en = self.off[k]
            if start > last:
                break
            runs.append([_iso(max(start, first)), _iso(min(end, last)), vi, en])
        return runs

    def made_up_between(self, first: int, last: int) -> list:
        """Working days that differ from their weekday (make-up, half day) between two days inclusive."""
        k = bisect_left(self.made_up, (first,))
        days_off = []
        while k < len(self.made_up) and self.made_up[k][0] <= last:
            day, vi, en = self.made_up[k]
            days_off.append([_iso(day), vi, en])
            k += 1
        return days_off


def add_working_time(
    start: datetime, amount: Amount, calendar: Calendar, lands: Lands = Lands.RULE_DEFAULT
) -> Deadline:
    """When `amount` that begins at `start` (aware) is used up, in the calendar's time zone, and why.

    The explanation is a small JSON-able dict for `explain`: `amount`, `unit`, `start`, `due` and, where
    they exist, `skipped` (runs of days off that were passed over), `made_up` (working days unlike their
    weekday that were counted) and `worked` (seconds used per day, for working hours). It re-adds: for
    working days, the days after `start` up to `due` without the skipped ones are `amount`; for hours,
    `worked` sums to it. Raises `OutsideCalendar`.
    """
    local = _local(start, calendar)
    if amount.unit is AmountUnit.MINUTES:
        due = (local.astimezone(UTC) + timedelta(minutes=amount.value)).astimezone(calendar.tz)
        return Deadline(due, _explanation(amount, local, due))
    day = _index(local)
    table = calendar.table
    if amount.unit is AmountUnit.WORKING_HOURS:
        return _working_hours(local, day, amount, calendar, lands)
    if amount.unit is AmountUnit.WORKING_DAYS:
        last = table.working_day(table.count[day] + amount.value)
        skipped, made_up = table.skipped(day + 1, last), table.made_up_between(day + 1, last)
    else:
        ends = day + amount.value
        last = _rolled(ends, table)
        skipped, made_up = table.skipped(ends, last) if last > ends else [], []
    second = _into(table.spans[last], _second(local)) if lands is Lands.EXACT else table.spans[last][-1][1]
    due = _moment(last, second, calendar)
    return Deadline(due, _explanation(amount, local, due, skipped=skipped, made_up=made_up))


def working_minutes_between(a: datetime, b: datetime, calendar: Calendar) -> int:
    """Whole working minutes from `a` to `b`; 0 when `b` is not after `a`."""
    return max(0, _working_seconds(b, calendar) - _working_seconds(a, calendar)) // 60


def after_working_minutes(start: datetime, minutes: int, calendar: Calendar) -> datetime:
    """The moment at which `minutes` of working time have passed since `start`: `working_minutes_between` of the two is
    `minutes`."""
    return _moment(*calendar.table.at(_working_seconds(start, calendar) + minutes * 60), calendar)


def minutes_of(amount: Amount, calendar: Calendar) -> int:
    """An amount as working minutes, a day being the longest of the calendar's week."""
    if amount.unit in (AmountUnit.WORKING_DAYS, AmountUnit.CALENDAR_DAYS):
        return amount.value * max(sum(end - start for start, end in spans) for spans in calendar.week)
    return amount.value * (60 if amount.unit is AmountUnit.WORKING_HOURS else 1)


def move_by(
    due: datetime, paused_from: datetime, paused_to: datetime, calendar: Calendar, explanation: Mapping
) -> datetime:
    """The deadline after a pause: what was left when the clock stopped is left when it runs again.

    Promises in working days or hours move by the working time of the pause, to the second; all others
    (minutes, calendar days, dates given from outside) by the time elapsed, and calendar days then roll off
    a day off once more. A pause that began after `due` moves nothing: what was late stays late.
    """
    if paused_to <= paused_from or paused_from >= due:
        return due
    unit = explanation.get("unit")
    if unit in (AmountUnit.WORKING_DAYS, AmountUnit.WORKING_HOURS):
        lost = _working_seconds(paused_to, calendar) - _working_seconds(paused_from, calendar)
        if not lost:
            return due
        return _moment(*calendar.table.at(_working_seconds(due, calendar) + lost), calendar)
    pause = paused_to.astimezone(UTC) - paused_from.astimezone(UTC)
    moved = (due.astimezone(UTC) + pause).astimezone(calendar.tz)
    if unit == AmountUnit.CALENDAR_DAYS:
        table, day = calendar.table, _index(moved)
        last = _rolled(day, table)
        if last > day:
            return _moment(last, table.spans[last][-1][1], calendar)
    return moved


def parse_spans(text: str) -> Spans:
    """`"07:30-11:30, 13:00-17:00"` as minutes of the day, in order; `ValueError` says what is wrong."""
    spans = []
    for part in filter(None, (p.strip() for p in text.split(","))):
        try:
            start, end = (_minutes(side) for side in part.split("-"))
        except ValueError:
            raise ValueError(f"“{part}” không đúng dạng 07:30-11:30") from None
        if not 0 <= start < end <= 24 * 60:
            raise ValueError(f"“{part}”: giờ kết thúc phải sau giờ bắt đầu")
        spans.append((start, end))
    spans.sort()
    for (_, end), (start, _) in zip(spans, spans[1:], strict=False):
        if start < end:
            raise ValueError(f"các khoảng giờ chồng lên nhau: {text}")
    return tuple(spans)


def _working_hours(local: datetime, day: int, amount: Amount, calendar: Calendar, lands: Lands) -> Deadline:
    table = calendar.table
    used_before = table.elapsed(day, _second(local))
    total = used_before + amount.value * 3600
    last, second = table.at(total)
    worked = []
    for i in range(day, last + 1):
        used = min(table.through[i], total) - used_before
        if used:
            worked.append([_iso(i), used])
            used_before += used
    if lands is Lands.END_OF_DAY:
        second = table.spans[last][-1][1]
    due = _moment(last, second, calendar)
    skipped, made_up = table.skipped(day, last), table.made_up_between(day, last)
    return Deadline(due, _explanation(amount, local, due, skipped=skipped, made_up=made_up, worked=worked))


def _explanation(amount: Amount, start: datetime, due: datetime, **parts) -> dict:
    known = {
        "amount": amount.value,
        "unit": amount.unit.value,
        "start": start.isoformat(),
        "due": due.isoformat(),
    }
    return known | {name: part for name, part in parts.items() if part}


def _runs_off(spans: list, days: Mapping[date, SpecialDay]) -> list[tuple[int, int, str, str]]:
    """Unbroken runs of days off with the names of the holidays in them, weekends alone without a name."""
    names = {day.toordinal() - BASE: (known.name_vi, known.name_en) for day, known in days.items()}
    runs, first, seen = [], None, {}
    for i, working in enumerate([*spans, True]):
        if not working:
            first = i if first is None else first
            if i in names:
                seen[names[i]] = None
        elif first is not None:
            runs.append((first, i - 1, ", ".join(vi for vi, _ in seen), ", ".join(en for _, en in seen)))
            first, seen = None, {}
    return runs


def _rolled(day: int, table: Table) -> int:
    """`day` itself when people work on it, else the next day on which they do."""
    if day >= DAYS:
        raise OutsideCalendar(f"the deadline lies after {LAST:%d/%m/%Y}")
    return day if table.spans[day] else table.working_day(table.count[day] + 1)


def _into(spans: Spans, second: int) -> int:
    """`second` moved forward into working time of the same day; after the last span, its end."""
    for start, end in spans:
        if second <= end:
            return max(second, start)
    return spans[-1][1]


def _working_seconds(moment: datetime, calendar: Calendar) -> int:
    local = _local(moment, calendar)
    return calendar.table.elapsed(_index(local), _second(local))


def _local(moment: datetime, calendar: Calendar) -> datetime:
    if moment.tzinfo is None:
        raise ValueError("working time needs a moment with a time zone")
    return moment.astimezone(calendar.tz)


def _index(local: datetime) -> int:
    i = local.toordinal() - BASE
    if not 0 <= i < DAYS:
        raise OutsideCalendar(f"{local:%d/%m/%Y} lies outside the calendar ({FIRST:%Y}–{LAST:%Y})")
    return i


def _second(local: datetime) -> int:
    return local.hour * 3600 + local.minute * 60 + local.second


def _moment(day: int, second: int, calendar: Calendar) -> datetime:
    midnight = datetime.combine(date.fromordinal(BASE + day), datetime.min.time(), calendar.tz)
    return midnight + timedelta(seconds=second)  # wall-clock arithmetic, as office hours are


def _iso(day: int) -> str:
    return date.fromordinal(BASE + day).isoformat()


def _minutes(clock: str) -> int:
    hours, minutes = clock.strip().split(":")
    return int(hours) * 60 + int(minutes)


def _seconds(spans: Spans) -> Spans:
    return tuple((start * 60, end * 60) for start, end in spans)
