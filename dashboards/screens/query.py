"""What the address asks for: a period and a scope, read forgivingly and explained when wrong."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date, datetime
from functools import cached_property, partial
from urllib.parse import urlencode

from django.http import Http404
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.actors import Actor
from dashboards.figures import sentences, series
from dashboards.figures.periods import Period
from districts.models import Unit
from feedback import access
from feedback.rules.rulebook import rulebook
from hcmc_ioc.lib.words import Words

PRESETS: dict[str, tuple[Words, Callable[[date], Period]]] = {
    "1": (gettext_lazy("Hôm nay"), partial(Period.last, 1)),
    "7": (gettext_lazy("7 ngày"), partial(Period.last, 7)),
    "30": (gettext_lazy("30 ngày"), partial(Period.last, 30)),
    "365": (gettext_lazy("12 tháng"), partial(Period.last, 365)),
    "tuan": (gettext_lazy("Tuần này"), partial(Period.so_far, "week")),
    "90": (gettext_lazy("90 ngày"), partial(Period.last, 90)),
    "thang": (gettext_lazy("Tháng này"), partial(Period.so_far, "month")),
    "thang-truoc": (gettext_lazy("Tháng trước"), partial(Period.whole_before, "month")),
    "quy": (gettext_lazy("Quý này"), partial(Period.so_far, "quarter")),
    "quy-truoc": (gettext_lazy("Quý trước"), partial(Period.whole_before, "quarter")),
    "nam": (gettext_lazy("Năm nay"), partial(Period.so_far, "year")),
    "nam-truoc": (gettext_lazy("Năm trước"), partial(Period.whole_before, "year")),
}
AT_ONCE = ("1", "7", "30", "365")  # always in sight; the others are one click further
DEFAULT = "30"
OUTLINES = "ranh-gioi"


@dataclass(frozen=True)
class Query:
    """The period of a screen. `preset` is a key of PRESETS or "" for free dates; `today` is the day that screens look
    at; `ended_on` is set when the data ended long ago and the screen shows its last period instead of an empty one;
    `error` is a message for the reader."""

    period: Period
    preset: str
    today: date
    ended_on: date | None = None
    error: str = ""
    map_form: str = "o"  # "o": equal tiles; OUTLINES: outlines

    @cached_property
    def encoded(self) -> str:
        """The period as it goes into an address."""
        return self._address(self.preset, self.period.last_year)

    @property
    def key(self) -> tuple:
        """What a kept piece of a screen depends on."""
        return self.encoded, self.period.start, self.period.end

    def _address(self, preset: str, last_year: bool) -> str:
        days = {"ky": preset} if preset else {"tu": self.period.start, "den": self.period.end}
        return urlencode(days | self._beside(last_year))

    def _beside(self, last_year: bool) -> dict[str, str]:
        against = {"so": "nam"} if last_year else {}
        return against | ({} if self.map_form == "o" else {"ban-do": self.map_form})

    @property
    def kept(self) -> Iterable[tuple[str, str]]:
        """What other days do not change."""
        return self._beside(self.period.last_year).items()

    @property
    def name(self) -> str:
        """As people say it."""
        return sentences.named(self.period, self.today)

    @property
    def other_name(self) -> str:
        """The name of a period that is not always in sight."""
        return "" if self.preset in AT_ONCE else self.name

    @property
    def compared(self) -> str:
        """What stands above the numbers of then."""
        return sentences.compared(self.period).capitalize()

    @property
    def compared_with(self) -> str:
        """The dates of what it is compared with."""
        return sentences.dates(self.period.before())

    def _choices(self, presets: Iterable[str]) -> list[tuple[Words, str, bool]]:
        """(word, address, whether it is shown now)."""
        return [(_("1 ngày") if preset == "1" and self.ended_on else PRESETS[preset][0],
                 self._address(preset, self.period.last_year), preset == self.preset) for preset in presets]

    @property
    def at_once(self) -> list[tuple[Words, str, bool]]:
        return self._choices(AT_ONCE)

    @property
    def others(self) -> list[tuple[Words, str, bool]]:
        return self._choices(preset for preset in PRESETS if preset not in AT_ONCE)

    @property
    def against(self) -> list[tuple[Words, str, bool]]:
        """What the period may be compared with."""
        last_year = self.period.last_year
        return [(_("Kỳ trước"), self._address(self.preset, False), not last_year),
                (_("Cùng kỳ năm trước"), self._address(self.preset, True), last_year)]


def period(get, scope: Unit, now: datetime) -> Query:
    """`?ky=30` (a preset), or `?tu=…&den=…` (ISO dates), with `so=nam` against the year before; anything unreadable
    gives the default and says so."""
    form = OUTLINES if get.get("ban-do") == OUTLINES else "o"
    today, ended = series.current_day(scope.pk, now)
    preset = get.get("ky", DEFAULT)
    error = ""
    try:
        chosen = _chosen("" if get.get("tu") or get.get("den") else preset, get, today)
    except (ValueError, OverflowError):
        error = _("Khoảng thời gian không đọc được: ngày đầu phải trước ngày cuối, tối đa 10 năm.")
        chosen = DEFAULT, PRESETS[DEFAULT][1](today)
    return Query(chosen[1], chosen[0], today, ended, error, form)


def _chosen(preset: str, get, today: date) -> tuple[str, Period]:
    """(preset, period); ValueError where there is none, or none to compare it with."""
    if preset:
        preset = preset if preset in PRESETS else DEFAULT
        found = PRESETS[preset][1](today)
    else:
        end = get.get("den", "")
        found = Period(date.fromisoformat(get.get("tu", "")), date.fromisoformat(end) if end else today)
    found = found.against_last_year() if get.get("so") == "nam" else found
    found.before()
    return preset, found


def unit(actor: Actor, slug: str) -> Unit:
    """The unit with this slug, if `actor` may see its figures; 404 for strangers."""
    scope = next((unit for unit in rulebook().units.values() if unit.slug == slug), None)
    units = actor.scope
    if scope is None or not access.may(actor, "figures") or (units is not None and scope.pk not in units):
        raise Http404
    return scope
