"""The range somebody asks for, as periods: the command, the API and pages read it here."""

from datetime import date, datetime, time, timedelta

from django.db.models import Max, Min

from indicators import owed
from indicators.models import Indicator, Value
from indicators.periods import Period

ALL = "all"


def periods(indicator: Indicator, first: str | None, last: str | None, by: str | None) -> list[Period]:
    """The periods of the kind `by` from `first` to `last`, both included, each a month (YYYY-MM) or a day; without
    them what there are values for. ValueError for a range off the borders, or of no day."""
    kind = by or indicator.period_kind
    bounds = _given(first, last) if first and last else _there(indicator, kind)
    if bounds is None:
        return []
    start, end = bounds
    if first and not last:
        start = _moment(first)
    if last and not first:
        end = _moment(last, after=True)
    if start >= end:
        raise ValueError("a range ends on or after its start")
    if kind == ALL:
        owed.rule().within(indicator.period_kind, start, end)
        return [Period(start, end, ALL, ALL)]
    found = owed.rule().within(kind, start, end)
    for period in found:
        owed.rule().within(indicator.period_kind, period.start, period.end)
    return found


def _given(first: str, last: str) -> tuple[datetime, datetime]:
    return _moment(first), _moment(last, after=True)


def _moment(text: str, *, after: bool = False) -> datetime:
    """The first moment of the month or day, or the first after it."""
    try:
        if len(text) == len("2018-04"):
            day = date.fromisoformat(f"{text}-01")
            day = (day.replace(day=28) + timedelta(days=4)).replace(day=1) if after else day
        else:
            day = date.fromisoformat(text) + timedelta(days=after)
    except ValueError:
        raise ValueError(f"{text!r} is neither a month like 2018-04 nor a day like 2018-04-30") from None
    return datetime.combine(day, time.min, owed.rule().zone)


def _there(indicator: Indicator, kind: str) -> tuple[datetime, datetime] | None:
    """From the first to the last value, widened to whole periods of the kind asked for."""
    found = Value.objects.filter(indicator=indicator).aggregate(first=Min("start"), last=Max("start"))
    if found["first"] is None:
        return None
    rule = owed.rule()
    base = rule.at(indicator.period_kind, found["last"])
    if kind == ALL:
        return found["first"], base.end
    return rule.at(kind, found["first"]).start, rule.at(kind, found["last"]).end
