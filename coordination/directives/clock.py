"""When acceptance is due, when the next step of escalation comes, which day may be a term. Pure but for rows given."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from django.utils import timezone

from coordination.models import EscalationStep, Level
from districts.calendar import (
    FIRST,
    LAST,
    Amount,
    AmountUnit,
    Calendar,
    add_working_time,
    after_working_minutes,
    working_minutes_between,
)

LONGEST = timedelta(days=3 * 365)  # of a term


def accept_by(level: Level, asked_at: datetime, calendar: Calendar) -> datetime:
    """Until when it has to be accepted that was asked for then."""
    return add_working_time(asked_at, Amount(level.amount, AmountUnit(level.amount_unit)), calendar).due


def is_near(day: date) -> bool:
    """Whether a term may lie there: from today, within a few years."""
    today = timezone.localdate()
    return today <= day <= today + LONGEST


def end_of(day: date, calendar: Calendar) -> datetime | None:
    """When the office closes on that day; None where nobody works, or where the calendar does not reach."""
    if not FIRST < day < LAST:
        return None
    begins = datetime.combine(day, time(), tzinfo=calendar.tz)
    minutes = working_minutes_between(begins, begins + timedelta(days=1), calendar)
    return after_working_minutes(begins, minutes, calendar) if minutes else None


def working_day_from(day: date, calendar: Calendar) -> date:
    """That day, or the next on which somebody works; a day beyond the calendar as it is."""
    while FIRST < day < LAST and end_of(day, calendar) is None:
        day += timedelta(days=1)
    return day


@dataclass(frozen=True)
class Due:
    """One step at its time."""

    step: EscalationStep
    round: int
    at: datetime


def steps(level: Level, rows: Sequence[EscalationStep], asked_at: datetime, by: datetime,
          calendar: Calendar) -> Iterator[Due]:
    """Every step of every round, in the order of time; a round begins when the one before is over."""
    if not rows:
        return
    last = max(row.after for row in rows)
    for round_ in range(1, level.rounds + 1):
        for row in sorted(rows, key=lambda row: (row.after, row.pk)):
            yield Due(row, round_, _at(level, asked_at, by, (row.after + (round_ - 1) * last) / 100, calendar))


def _at(level: Level, asked_at: datetime, by: datetime, share: float, calendar: Calendar) -> datetime:
    """When so much of the term has passed: by the clock where the level runs day and night, else in working time."""
    if level.any_hour or level.amount_unit == AmountUnit.MINUTES:
        return asked_at + (by - asked_at) * share
    minutes = working_minutes_between(asked_at, by, calendar)
    return after_working_minutes(asked_at, max(1, round(minutes * share)), calendar)


def halfway(accepted_at: datetime, due_at: datetime) -> datetime | None:
    """When it is asked whether the work goes on; None where the term is too near to ask."""
    return accepted_at + (due_at - accepted_at) / 2 if due_at - accepted_at > timedelta(days=2) else None


def local_day(moment: datetime) -> date:
    return timezone.localtime(moment).date()
