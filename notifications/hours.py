"""Quiet hours: when an e-mail may reach somebody of a unit."""

from datetime import datetime, timedelta

from districts.calendars import calendar_for

FURTHEST = 60  # days without one office hour: then the calendar says nothing


def opening(moment: datetime, unit_id: int | None) -> datetime:
    """`moment` itself within the unit's office hours, else when they begin next."""
    calendar = calendar_for(unit_id)
    local = moment.astimezone(calendar.tz)
    minute = local.hour * 60 + local.minute
    midnight = local.replace(hour=0, minute=0, second=0, microsecond=0)
    for start, end in calendar.spans_on(local.date()):
        if minute < start:
            return midnight + timedelta(minutes=start)
        if minute < end:
            return moment
    for days in range(1, FURTHEST):
        day = midnight + timedelta(days=days)
        if spans := calendar.spans_on(day.date()):
            return day + timedelta(minutes=spans[0][0])
    return moment
