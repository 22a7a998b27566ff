"""Periods of values: by rule, in the city's time, with bounds that are moments. Pure.

A period is named by a short code: `2026-10-05T13` (hour), `2026-10-05`, `2026-W41` (ISO 8601), `2026-10`, `2026-Q3`,
`2026-H1`, `2026` or `2016/17` where a year begins in another month than January. What is cut off ends before its month
does and is named by that month: 1022's at noon of the 25th, procedures before the 21st, the months, quarters,
half-years and years of Decree 09/2019/NĐ-CP (Article 12) before the 15th. Order is by start, never by code.
"""

import re
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _

HOUR, DAY, WEEK = timedelta(hours=1), timedelta(days=1), timedelta(weeks=1)
NOON = time(12)


class Kind(TextChoices):
    HOUR = "hour", _("giờ")
    DAY = "day", _("ngày")
    WEEK = "week", _("tuần")
    MONTH = "month", _("tháng")
    QUARTER = "quarter", _("quý")
    HALF_YEAR = "half_year", _("6 tháng")
    YEAR = "year", _("năm")
    MONTH_15 = "month_15", _("tháng, chốt ngày 15")
    MONTH_21 = "month_21", _("tháng, chốt ngày 21")
    MONTH_25 = "month_25", _("tháng, chốt 12 giờ ngày 25")
    QUARTER_15 = "quarter_15", _("quý, chốt ngày 15")
    HALF_YEAR_15 = "half_15", _("6 tháng, chốt ngày 15")
    YEAR_15 = "year_15", _("năm, chốt ngày 15")


MONTHS: dict[str, int] = {
    Kind.MONTH: 1, Kind.QUARTER: 3, Kind.HALF_YEAR: 6, Kind.YEAR: 12, Kind.MONTH_15: 1, Kind.MONTH_21: 1,
    Kind.MONTH_25: 1, Kind.QUARTER_15: 3, Kind.HALF_YEAR_15: 6, Kind.YEAR_15: 12,
}
CUT_OFFS: dict[str, tuple[int, time]] = {  # the day of the month and its hour
    Kind.MONTH_15: (15, time.min), Kind.MONTH_21: (21, time.min), Kind.MONTH_25: (25, NOON),
    Kind.QUARTER_15: (15, time.min), Kind.HALF_YEAR_15: (15, time.min), Kind.YEAR_15: (15, time.min),
}
LETTERS: dict[int, str] = {3: "Q", 6: "H"}  # by months


@dataclass(frozen=True, order=True)
class Period:
    """From `start` until before `end`."""

    start: datetime
    end: datetime
    kind: str
    code: str

    def __str__(self) -> str:
        return self.code


@dataclass(frozen=True)
class Rule:
    """How periods lie in a city: its time zone and the month in which its years begin."""

    zone: ZoneInfo
    year_starts: int = 1

    def at(self, kind: str, moment: datetime | date) -> Period:
        """The period of this kind that holds the moment (a plain day: its midnight)."""
        if not isinstance(moment, datetime):
            moment = datetime.combine(moment, time.min, self.zone)
        if kind == Kind.HOUR:
            return self._hour(moment)
        return self._of(kind, self._floor(kind, moment.astimezone(self.zone).replace(tzinfo=None)))

    def next(self, period: Period) -> Period:
        return self.at(period.kind, period.end)

    def before(self, period: Period, times: int = 1) -> Period:
        for _step in range(times):
            period = self.at(period.kind, period.start - timedelta(microseconds=1))
        return period

    def a_year_before(self, period: Period) -> Period:
        """The same period of the year before: the same ISO week, the same calendar day (28 February for the 29th)."""
        local = period.start.astimezone(self.zone)
        if period.kind == Kind.WEEK:
            year, week, _day = local.isocalendar()
            return self.at(period.kind, date.fromisocalendar(year - 1, min(week, _weeks_of(year - 1)), 1))
        day = min(local.day, 28) if local.month == 2 else local.day
        return self.at(period.kind, local.replace(year=local.year - 1, day=day))

    def within(self, kind: str, start: datetime, end: datetime) -> list[Period]:
        """The periods that fill exactly [start, end); ValueError where a border lies within a period."""
        found, period = [], self.at(kind, start)
        if period.start != start:
            raise OffBorder(period.start, period.end)
        while period.start < end:
            if period.end > end:
                raise OffBorder(period.start, period.end)
            found.append(period)
            period = self.next(period)
        return found

    def parse(self, kind: str, text: str) -> Period:
        """The period that `text` names: its code, or its first day; ValueError says what is expected."""
        text = text.strip()
        for read in (self._from_code, self._from_first_day):
            if (period := read(kind, text)) is not None:
                return period
        raise ValueError(_("“%(text)s” không phải là kỳ %(kind)s; ví dụ đúng: %(example)s.") % {
            "text": text[:40], "kind": Kind(kind).label, "example": self.at(kind, date(2026, 10, 5)).code})

    def _from_code(self, kind: str, text: str) -> Period | None:
        if found := re.fullmatch(r"(\d{4})(?:/\d\d|-(Q|H|W)?(\d\d?))?(?:-(\d\d)(?:T(\d\d))?)?", text, re.ASCII):
            guess = self._guess(kind, found)
            if guess is not None and (period := self.at(kind, guess)).code == text:
                return period
        return None

    def _guess(self, kind: str, found: re.Match) -> datetime | date | None:
        year, letter, number, day, hour = found.groups()
        try:
            if letter == "W":
                return date.fromisocalendar(int(year), int(number), 1)
            month = int(number or 1)
            if letter or not number:
                month = self.year_starts + (month - 1) * (MONTHS.get(kind, 1))
                first = date(int(year) + (month - 1) // 12, (month - 1) % 12 + 1, 1)
            else:
                first = date(int(year), month, int(day or 1))
            if hour:
                return datetime.combine(first, time(int(hour)), self.zone)
            return first
        except ValueError:
            return None

    def _from_first_day(self, kind: str, text: str) -> Period | None:
        for form in ("%Y-%m-%d", "%d/%m/%Y", "%m/%Y"):
            try:
                day = datetime.strptime(text, form).date()  # noqa: DTZ007 - a day has no zone
            except ValueError:
                continue
            period = self.at(kind, day)
            is_first = period.start.astimezone(self.zone).date() == day or (kind in CUT_OFFS and day.day == 1)
            return period if is_first else None
        return None

    # What follows reckons with naive local times.

    def _hour(self, moment: datetime) -> Period:
        start = moment.astimezone(self.zone).replace(minute=0, second=0, microsecond=0)
        end = (start.astimezone(_UTC) + HOUR).astimezone(self.zone)
        return Period(start, end, Kind.HOUR, f"{start:%Y-%m-%dT%H}")

    def _floor(self, kind: str, local: datetime) -> datetime:
        midnight = local.replace(hour=0, minute=0, second=0, microsecond=0)
        if kind == Kind.DAY:
            return midnight
        if kind == Kind.WEEK:
            return midnight - timedelta(days=midnight.weekday())
        cut = None
        if kind in CUT_OFFS:  # it begins with the cut in the month before the one in which it would begin
            day, hour = CUT_OFFS[kind]
            cut = datetime.combine(midnight.replace(day=day), hour)
            midnight = _months_on(cut, 1) if local >= cut else cut
        size, anchor = MONTHS[kind], self.year_starts - 1
        index = midnight.year * 12 + midnight.month - 1
        index = (index - anchor) // size * size + anchor
        first = datetime(index // 12, index % 12 + 1, 1)  # noqa: DTZ001
        return first if cut is None else _months_on(first.replace(day=cut.day, hour=cut.hour), -1)

    def _of(self, kind: str, start: datetime) -> Period:
        plain = {Kind.DAY.value: DAY, Kind.WEEK.value: WEEK}
        end = start + plain[kind] if kind in plain else _months_on(start, MONTHS.get(kind, 1))
        code = self._code(kind, start, end)
        return Period(start.replace(tzinfo=self.zone), end.replace(tzinfo=self.zone), kind, code)

    def _code(self, kind: str, start: datetime, end: datetime) -> str:
        if kind == Kind.DAY:
            return f"{start:%Y-%m-%d}"
        if kind == Kind.WEEK:
            year, week, _day = start.isocalendar()
            return f"{year}-W{week:02}"
        size, first = MONTHS[kind], _months_on(start, 1) if kind in CUT_OFFS else start
        if size == 1:
            return f"{first:%Y-%m}"
        months = (first.month - self.year_starts) % 12
        year = first.year if first.month >= self.year_starts else first.year - 1
        if size == 12:
            return f"{year}" if self.year_starts == 1 else f"{year}/{(year + 1) % 100:02}"
        return f"{year}-{LETTERS[size]}{months // size + 1}"


class OffBorder(ValueError):
    """A moment lies within a period; the two nearest borders are `start` and `end`."""

    def __init__(self, start: datetime, end: datetime) -> None:
        super().__init__(f"off the borders of a period: the nearest are {start:%Y-%m-%d} and {end:%Y-%m-%d}")
        self.start, self.end = start, end


_UTC = ZoneInfo("UTC")


def _months_on(moment: datetime, months: int) -> datetime:
    """Some months later; the day of the month is one that every month has."""
    index = moment.year * 12 + moment.month - 1 + months
    return moment.replace(year=index // 12, month=index % 12 + 1)


def _weeks_of(year: int) -> int:
    return date(year, 12, 28).isocalendar().week
