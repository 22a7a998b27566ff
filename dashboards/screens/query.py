"""What the address asks for: a period and a scope, read forgivingly and explained when wrong."""

from dataclasses import dataclass
from datetime import date, datetime

from django.http import Http404
from django.utils.translation import gettext as _

from accounts.actors import Actor
from dashboards.figures import series
from dashboards.figures.periods import Period
from districts.models import Unit
from feedback import access
from feedback.rules.rulebook import rulebook

PRESETS = {"1": 1, "7": 7, "30": 30, "90": 90, "365": 365}
DEFAULT = "30"


@dataclass(frozen=True)
class Query:
    """The period of a screen. `preset` is a key of PRESETS or "" for free dates; `ended_on` is set when the data ended
    long ago and the screen shows its last period instead of an empty one; `error` is a message for the reader."""

    period: Period
    preset: str
    ended_on: date | None = None
    error: str = ""
    map_form: str = "o"  # "o": equal tiles; "ranh-gioi": outlines

    @property
    def encoded(self) -> str:
        """The period as it goes into an address."""
        form = "" if self.map_form == "o" else f"&ban-do={self.map_form}"
        if self.preset:
            return f"ky={self.preset}{form}"
        return f"tu={self.period.start.isoformat()}&den={self.period.end.isoformat()}{form}"


def period(get, scope: Unit, now: datetime) -> Query:
    """`?ky=30` (a preset), or `?tu=…&den=…` (ISO dates); anything unreadable gives the default and says so."""
    form = "ranh-gioi" if get.get("ban-do") == "ranh-gioi" else "o"
    end, ended = series.current_day(scope.pk, now)
    start_text, end_text = get.get("tu", ""), get.get("den", "")
    if start_text or end_text:
        try:
            chosen = Period(date.fromisoformat(start_text), date.fromisoformat(end_text) if end_text else end)
            chosen.before()  # screens compare with it, so it must exist too
            return Query(chosen, "", ended, map_form=form)
        except (ValueError, OverflowError):
            message = _("Khoảng thời gian không đọc được: ngày đầu phải trước ngày cuối, tối đa 10 năm.")
            return Query(Period.last(PRESETS[DEFAULT], end), DEFAULT, ended, message, form)
    preset = get.get("ky", DEFAULT)
    preset = preset if preset in PRESETS else DEFAULT
    return Query(Period.last(PRESETS[preset], end), preset, ended, map_form=form)


def unit(actor: Actor, slug: str) -> Unit:
    """The unit with this slug, if `actor` may see its figures; 404 for strangers."""
    scope = next((unit for unit in rulebook().units.values() if unit.slug == slug), None)
    units = actor.scope
    if scope is None or not access.may(actor, "figures") or (units is not None and scope.pk not in units):
        raise Http404
    return scope
