"""Numbers, times and durations as an office writes them, in the language in force.

Vietnamese first: `1.284`, `94,2%`, `2,1 ngày làm việc`, `hôm nay 14:32`. What is not known reads "–", never 0.
"""

from datetime import date, datetime, timedelta

from django.utils import formats, timezone
from django.utils.dates import WEEKDAYS
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from hcmc_ioc.lib.caching import per_language

UNKNOWN = "–"
WORKING_DAY = 8 * 60  # minutes
DUE_SOON = timedelta(hours=24)
Words = str | Promise  # said already, or in the language of whoever reads


def number(value, digits: int = 0) -> str:
    """`1284` → “1.284”; `digits` decimals, none by default."""
    if value is None or value == "":
        return UNKNOWN
    rounded = round(value, digits)  # number_format itself would cut off: 94.199… must not read 94,1
    if not digits and 0 <= rounded < 1000:
        return str(int(rounded))  # the same in every language
    return _written(rounded, digits)


@per_language
def _written(rounded, digits: int) -> str:
    return formats.number_format(rounded, decimal_pos=digits, force_grouping=True).replace("-", "\u2212")


def percent(ratio, digits: int = 1) -> str:
    """A share between 0 and 1: `0.942` → “94,2%”. A whole percentage drops its decimals only when `digits` is 0."""
    return UNKNOWN if ratio is None else f"{number(ratio * 100, digits)}%"


def worktime(minutes) -> str:
    """Working minutes in words, a working day being eight hours: `1008` → “2,1 ngày làm việc”."""
    if minutes is None:
        return UNKNOWN
    if minutes < 60:
        n = round(minutes)
        return ngettext("%(n)s phút làm việc", "%(n)s phút làm việc", n) % {"n": number(n)}
    if minutes < WORKING_DAY:
        amount = _short(minutes / 60)
        return ngettext("%(n)s giờ làm việc", "%(n)s giờ làm việc", _plural(amount)) % {"n": amount}
    amount = _short(minutes / WORKING_DAY)
    return ngettext("%(n)s ngày làm việc", "%(n)s ngày làm việc", _plural(amount)) % {"n": amount}


def duration(seconds) -> str:
    """Real time in its largest unit, rounded down: `11400` → “3 giờ”."""
    if seconds is None:
        return UNKNOWN
    seconds = int(abs(seconds))
    return _lasting(seconds - seconds % (60 if seconds < 3600 else 3600) if seconds > 59 else seconds)


@per_language
def _lasting(seconds: int) -> str:
    if seconds < 60:
        return ngettext("%(n)s giây", "%(n)s giây", seconds) % {"n": seconds}
    if seconds < 3600:
        return ngettext("%(n)s phút", "%(n)s phút", seconds // 60) % {"n": seconds // 60}
    if seconds < 86400:
        return ngettext("%(n)s giờ", "%(n)s giờ", seconds // 3600) % {"n": seconds // 3600}
    days = seconds // 86400
    return ngettext("%(n)s ngày", "%(n)s ngày", days) % {"n": number(days)}


def local(when: datetime) -> datetime:
    """In the city's time, which is that of every page."""
    return timezone.localtime(when, timezone.get_default_timezone())


def moment(when: datetime, now: datetime | None = None) -> str:
    """“hôm nay 14:32”, “hôm qua 08:05”, else “23/11/2026 14:32”, in the city's time."""
    return UNKNOWN if when is None else told(when, local(now or timezone.now()).date())


@per_language
def told(when: datetime, today: date) -> str:
    """The same, on a day."""
    here = local(when)
    clock, days = {"time": f"{here:%H:%M}"}, (here.date() - today).days
    if days == 0:
        return _("hôm nay %(time)s") % clock
    if days == -1:
        return _("hôm qua %(time)s") % clock
    if days == 1:
        return _("ngày mai %(time)s") % clock
    return f"{here:%d/%m/%Y %H:%M}"


@per_language
def exact(when: datetime) -> str:
    """The full local date and time with the day of the week, for a `title`."""
    here = local(when)
    return f"{WEEKDAYS[here.weekday()]} {here:%d/%m/%Y %H:%M:%S}"


def countdown(due: datetime, now: datetime | None = None) -> tuple[str, str]:
    """How far a deadline is, with its tone: (“còn 3 giờ”, "warn"); "danger" once past, "warn" within 24 hours."""
    left = due - (now or timezone.now())
    time = duration(left.total_seconds())
    if left < timedelta(0):
        return _past(time), "danger"
    return _left(time), "warn" if left <= DUE_SOON else "neutral"


@per_language
def _past(time: str) -> str:
    return _("quá %(time)s") % {"time": time}


@per_language
def _left(time: str) -> str:
    return _("còn %(time)s") % {"time": time}


def _short(value) -> str:
    """At most one decimal, and none when it would be zero."""
    rounded = round(float(value), 1)
    return number(rounded, 0 if rounded == int(rounded) else 1)


def _plural(amount: str) -> int:
    return 1 if amount == "1" else 2
