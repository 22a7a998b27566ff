"""Periods of local days, as screens and figures speak of them. Pure."""

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

LONGEST = 3660  # days; ten years
YEARS = (1900, 2200)


@dataclass(frozen=True)
class Period:
    """Local days from `start` to `end`, both included."""

    start: date
    end: date

    def __post_init__(self):
        if not (YEARS[0] <= self.start.year and self.end.year <= YEARS[1]):
            raise ValueError(f"a period lies between {YEARS[0]} and {YEARS[1]}")
        if not timedelta(0) <= self.end - self.start < timedelta(days=LONGEST):
            raise ValueError("a period ends on or after its start, within ten years")

    @classmethod
    def last(cls, days: int, today: date) -> "Period":
        """The `days` days that end today."""
        return cls(today - timedelta(days=days - 1), today)

    @property
    def days(self) -> int:
        return (self.end - self.start).days + 1

    def before(self) -> "Period":
        """The period of the same length that ends where this one begins."""
        return Period(self.start - timedelta(days=self.days), self.start - timedelta(days=1))

    def each_day(self) -> list[date]:
        return [self.start + timedelta(days=n) for n in range(self.days)]

    def instants(self, zone: ZoneInfo) -> tuple[datetime, datetime]:
        """The half-open interval of moments [midnight of the first day, midnight after the last day)."""
        return (
            datetime.combine(self.start, time.min, zone),
            datetime.combine(self.end + timedelta(days=1), time.min, zone),
        )
