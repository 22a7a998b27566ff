"""The reports of the demo's past: as if the system had written them at each cut-off. The newest month of 1022 waits for
the remarks of its units."""

from collections.abc import Callable
from datetime import datetime, timedelta

from districts.models import Unit
from feedback.models import Ticket
from indicators import owed
from indicators.models import Notice
from reports import collecting, editions
from reports.asked import Run
from reports.models import Edition, ReportType

PAST = {"hotline-month": 12, "month": 12, "procedures-month": 12, "quarter": 4, "year": 1, "week": 4, "day": 7}
REMARKED = "hotline-month"  # of its newest period the units have drafts
MADE_AFTER = timedelta(minutes=1)  # the cut-off


def seed(now: datetime, progress: Callable[[int], None]) -> int:
    """Make them once; returns how many there are."""
    first = Ticket.objects.order_by("occurred_at").values_list("occurred_at", flat=True).first()
    if Edition.objects.exists() or first is None:
        return Edition.objects.count()
    city = Unit.objects.city()
    for type_ in ReportType.objects.filter(code__in=PAST):
        period = owed.rule().at(type_.period_kind, now)
        made = 0
        while made < PAST[type_.code] and period.end > first:
            period = owed.rule().before(period)
            cut_off = collecting.cut_off(type_, period)
            if cut_off <= now:
                editions.make(Run(type_, period, cut_off), city, cut_off + MADE_AFTER, released=True)
                made += 1
                progress(Edition.objects.count())
    Notice.objects.filter(code__startswith="report").update(read_at=now)
    _drafts(city, now)
    return Edition.objects.count()


def _drafts(city: Unit, now: datetime) -> None:
    """The units' reports of the newest month, open to remarks for a working day from now."""
    type_ = ReportType.objects.filter(code=REMARKED).first()
    newest = Edition.objects.filter(type=type_, unit=city).order_by("-start").first()
    if type_ and newest:
        run = Run(type_, owed.rule().at(type_.period_kind, newest.start), newest.cut_off)
        for unit in editions.scopes(run, city)[:-1]:
            editions.make(run, unit, now)
