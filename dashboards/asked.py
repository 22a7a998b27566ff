"""What the address asks for: a period and a scope, read forgivingly and explained when wrong."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.http import Http404
from django.utils.translation import gettext as _

from dashboards import series
from dashboards.periods import Period
from districts.models import Unit
from feedback import access
from feedback.rulebook import rulebook

PRESETS = {"1": 1, "7": 7, "30": 30, "90": 90, "365": 365}
DEFAULT = "30"
LONG_AGO = timedelta(days=30)


@dataclass(frozen=True)
class Asked:
    """The period of a screen. `preset` is a key of PRESETS or "" for free dates; `ended_on` is set when the data ended
    long ago and the screen shows its last period instead of an empty one; `error` is a message for the reader."""

    period: Period
    preset: str
    ended_on: date | None = None
    error: str = ""

    @property
    def query(self) -> str:
        """The period as it goes into an address."""
        if self.preset:
            return f"ky={self.preset}"
        return f"tu={self.period.start.isoformat()}&den={self.period.end.isoformat()}"


def period(get, scope: Unit, now: datetime) -> Asked:
    """`?ky=30` (a preset), or `?tu=…&den=…` (ISO dates); anything unreadable gives the default and says so."""
    today = now.astimezone(rulebook().zone).date()
    last = series.last_day_with_data(scope.pk)
    ended = last if last and today - last > LONG_AGO else None
    end = ended or today
    start_text, end_text = get.get("tu", ""), get.get("den", "")
    if start_text or end_text:
        try:
            chosen = Period(date.fromisoformat(start_text), date.fromisoformat(end_text) if end_text else end)
            return Asked(chosen, "", ended)
        except (ValueError, OverflowError):
            return Asked(Period.last(PRESETS[DEFAULT], end), DEFAULT, ended,
                         _("Khoảng thời gian không đọc được: ngày đầu phải trước ngày cuối, tối đa 10 năm."))
    preset = get.get("ky", DEFAULT)
    preset = preset if preset in PRESETS else DEFAULT
    return Asked(Period.last(PRESETS[preset], end), preset, ended)


def unit(user, slug: str) -> Unit:
    """The unit with this slug, if `user` may see its figures; 404 for strangers."""
    found = Unit.objects.filter(slug=slug).first()
    units = access.units_of(user)
    if found is None or not access.may(user, "figures") or (units is not None and found.pk not in units):
        raise Http404
    return found
