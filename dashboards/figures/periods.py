"""Periods of local days, as screens and figures speak of them. Pure."""

from calendar import monthrange
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

LONGEST = 3660  # days; ten years
YEARS = (1900, 2200)
ONE_DAY, WEEK = timedelta(days=1), timedelta(weeks=1)
MONTHS = {"month": 1, "quarter": 3, "year": 12}  # of what runs by the calendar


@dataclass(frozen=True)
class Period:
    """Local days from `start` to `end`, both included.

    `running` says that it is a week, month, quarter or year (by the calendar) as far as it has come; with `last_year`
    it is compared with the same days a year ago instead of the period before.
    """

    start: date
    end: date
    running: str = ""
    last_year: bool = False

    def __post_init__(self):
        if not (YEARS[0] <= self.start.year and self.end.year <= YEARS[1]):
            raise ValueError(f"a period lies between {YEARS[0]} and {YEARS[1]}")
        if not timedelta(0) <= self.end - self.start < timedelta(days=LONGEST):
            raise ValueError("a period ends on or after its start, within ten years")

    @classmethod
    def last(cls, days: int, today: date) -> "Period":
        """The `days` days that end today."""
        return cls(today - timedelta(days=days - 1), today)

    @classmethod
    def so_far(cls, running: str, today: date) -> "Period":
        """The week, month, quarter or year of today, up to today."""
        if running == "week":
            return cls(today - timedelta(days=today.weekday()), today, running)
        months = MONTHS[running]
        return cls(date(today.year, (today.month - 1) // months * months + 1, 1), today, running)

    @classmethod
    def whole_before(cls, running: str, today: date) -> "Period":
        """The whole month, quarter or year before that of today."""
        begin = cls.so_far(running, today).start
        return cls(_back(begin, MONTHS[running]), begin - ONE_DAY)

    @property
    def days(self) -> int:
        return (self.end - self.start).days + 1

    @property
    def whole_months(self) -> int:
        """How many calendar months these are exactly; 0 where there is a rest."""
        if self.start.day != 1 or not _is_last(self.end):
            return 0
        return 12 * (self.end.year - self.start.year) + self.end.month - self.start.month + 1

    def before(self) -> "Period":
        """What it is compared with: the whole months before whole months; of what is running the one before up to the
        same day; the days before so many days; or the same days a year ago."""
        if self.running == "week" and not self.last_year:
            return Period(self.start - WEEK, self.end - WEEK)
        months = 12 if self.last_year else MONTHS.get(self.running) or self.whole_months
        if not months:
            return Period(self.start - timedelta(days=self.days), self.start - ONE_DAY)
        end = _back(self.end, months)
        return Period(_back(self.start, months), _last(end) if _is_last(self.end) else end)

    def over(self, today: date) -> "Period":
        """Its days before today; the first one where there are none."""
        return Period(self.start, max(self.start, min(self.end, today - ONE_DAY)))

    def against_last_year(self) -> "Period":
        return replace(self, last_year=True)

    def each_day(self) -> list[date]:
        return [self.start + timedelta(days=n) for n in range(self.days)]

    def instants(self, zone: ZoneInfo) -> tuple[datetime, datetime]:
        """The half-open interval of moments [midnight of the first day, midnight after the last day)."""
        return (
            datetime.combine(self.start, time.min, zone),
            datetime.combine(self.end + ONE_DAY, time.min, zone),
        )


def _last(day: date) -> date:
    """The last day of its month."""
    return day.replace(day=monthrange(day.year, day.month)[1])


def _is_last(day: date) -> bool:
    return day == _last(day)


def _back(day: date, months: int) -> date:
    """The same day so many months before, or the last one of a shorter month."""
    year, month = divmod(day.year * 12 + day.month - 1 - months, 12)
    if year < 1:
        raise ValueError("there is no such month")
    return date(year, month + 1, min(day.day, monthrange(year, month + 1)[1]))
