"""Which periods of an indicator changed since a cursor: how another system keeps its figures equal to ours.

Changes are numbered by the taker that keeps the totals, under its lock, so none becomes known before one with a smaller
number. The values that are told may be newer still; then they are told again.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta

from hcmc_ioc.lib.cursors import Cursor, Unknown
from indicators import owed
from indicators.models import FigureChange, Indicator, Total
from indicators.periods import Period

KEPT = timedelta(days=90)  # for which a cursor lives
MOST = 200  # periods in one answer, and those that changed together with the last


@dataclass(frozen=True)
class Changed:
    periods: list[Period]
    cursor: Cursor
    more: bool


def end() -> Cursor:
    """Where the next change will come."""
    last = FigureChange.objects.order_by("-number").values_list("number", "stamp").first()
    return Cursor(*last) if last else Cursor()


def changed(indicator: Indicator, since: Cursor) -> Changed:
    """What changed behind the cursor; `Unknown` where it leads nowhere. Ask `end` and this before the figures are read:
    what comes in between is told next time."""
    _check(since)
    here = end()
    rows = list(Total.objects.filter(indicator=indicator, changed__gt=since.number, changed__lte=here.number).order_by(
        "changed", "start").values_list("start", "changed"))
    more = len(rows) > MOST and rows[MOST - 1][1] < rows[-1][1]
    if more:
        last = rows[MOST - 1][1]
        rows = [row for row in rows if row[1] <= last]
        here = Cursor(last, FigureChange.objects.values_list("stamp", flat=True).get(number=last))
    rule = owed.rule()
    return Changed([rule.at(indicator.period_kind, start) for start in sorted({row[0] for row in rows})], here, more)


def _check(since: Cursor) -> None:
    if since.number:
        if not FigureChange.objects.filter(number=since.number, stamp=since.stamp).exists():
            raise Unknown
    elif (first := FigureChange.objects.order_by("number").values_list("number", flat=True).first()) and first > 1:
        raise Unknown


def forget(now: datetime) -> int:
    """Numbers older than ninety days, but none that a figure bears, and never the last: the next follows from it."""
    borne = Total.objects.values("changed")
    old = FigureChange.objects.filter(at__lt=now - KEPT, number__lt=end().number).exclude(number__in=borne)
    return old.delete()[0]
