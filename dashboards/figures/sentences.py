"""The situation in two or three plain sentences, made from figures by templates: never by anything that guesses.

Tiles compare by the same functions, so that a sentence and the number below it never disagree. Of few cases no change
is told: three reports instead of one are no rise of 200 %.
"""

from datetime import date

from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from dashboards.figures.comparison import ENOUGH
from dashboards.figures.definitions import Figures
from dashboards.figures.periods import MONTHS, Period
from hcmc_ioc.lib.stats import change
from hcmc_ioc.lib.words import number, percent

NOTICEABLE = 0.03  # a smaller change is called "about the same"
NOTICEABLE_POINTS = 0.5


def situation(now: Figures, before: Figures, period: Period, today: date) -> list[str]:
    """What was received, what is late, how promises are kept; each one sentence in the language in force."""
    return [received(now, before, period, today), lateness(now), kept(now, before, period)]


def received(now: Figures, before: Figures, period: Period, today: date) -> str:
    count = ngettext("%(count)s phản ánh", "%(count)s phản ánh", now.received) % {"count": number(now.received)}
    return _("%(span)s tiếp nhận %(count)s, %(trend)s.") % {
        "span": named(period, today), "count": count, "trend": trend(now.received, before.received, period=period),
    }


def trend(now: float, before: float, of: int | None = None, of_before: int | None = None,
          period: Period | None = None) -> str:
    """The change of a count, or of something measured on so many cases (`of`), in words."""
    then = compared(period)
    if change(now, before) is None:
        return _("%(then)s không có số liệu") % {"then": then}
    if min(now if of is None else of, before if of_before is None else of_before) < ENOUGH:
        return _("%(then)s %(n)s") % {"then": then, "n": number(before)} if of is None else ""
    moved = now / before - 1
    if abs(moved) < NOTICEABLE:
        return _("ngang %(then)s") % {"then": then}
    words = _("tăng %(share)s so với %(then)s") if moved > 0 else _("giảm %(share)s so với %(then)s")
    return words % {"share": percent(abs(moved), 0), "then": then}


def points(now: float, before: float, of: int, of_before: int, period: Period | None = None) -> str:
    """The change of a share, of so many cases now and before, in words; "" where they are too few to tell."""
    if min(of, of_before) < ENOUGH:
        return ""
    then, moved = compared(period), (now - before) * 100
    if abs(moved) < NOTICEABLE_POINTS:
        return _("ngang %(then)s") % {"then": then}
    words = _("cao hơn %(then)s %(n)s điểm") if moved > 0 else _("thấp hơn %(then)s %(n)s điểm")
    return words % {"n": number(abs(moved), 1), "then": then}


def lateness(now: Figures) -> str:
    if not now.open:
        return _("Hiện không có phản ánh nào đang mở.")
    if not now.overdue:
        return _("Hiện có %(open)s đang mở, không có phản ánh quá hạn; %(soon)s sắp đến hạn trong 24 giờ.") % {
            "open": number(now.open), "soon": number(now.due_soon),
        }
    return _("Hiện có %(open)s đang mở, trong đó %(late)s quá hạn và %(soon)s sắp đến hạn trong 24 giờ.") % {
        "open": number(now.open), "late": number(now.overdue), "soon": number(now.due_soon),
    }


def kept(now: Figures, before: Figures, period: Period) -> str:
    if now.on_time is None:
        return _("Không có phản ánh nào đến hạn trong kỳ.")
    answer = _("%(share)s được trả lời đúng hạn") % {"share": percent(now.on_time, 1)}
    moved = "" if before.on_time is None else points(
        now.on_time, before.on_time, now.due, before.due, period)
    return f"{answer}, {moved}." if moved else f"{answer}."


def compared(period: Period | None) -> str:
    """What a period is compared with, in a word."""
    return _("cùng kỳ năm trước") if period is not None and period.last_year else _("kỳ trước")


QUARTERS = ("I", "II", "III", "IV")


def named(period: Period, today: date) -> str:
    """A period as people say it: “Quý III/2026”, “Tháng 11/2026 đến ngày 26/11”, “7 ngày qua”."""
    if period.days == 1:
        return _("Trong ngày") if period.end == today else _("Ngày %(day)s") % {"day": date_format(period.end, "d/m/Y")}
    if period.running:
        return _("%(span)s đến ngày %(day)s") % {
            "span": _("Tuần này") if period.running == "week" else _by_calendar(period.start, MONTHS[period.running]),
            "day": date_format(period.end, "d/m"),
        }
    if name := _by_calendar(period.start, period.whole_months):
        return name
    if period.end == today:
        return _("%(days)s ngày qua") % {"days": number(period.days)}
    return _("Từ %(first)s đến %(last)s") % {"first": _first(period), "last": date_format(period.end, "d/m/Y")}


def dates(period: Period) -> str:
    """“01/10 – 26/10/2026”."""
    last = date_format(period.end, "d/m/Y")
    return last if period.days == 1 else f"{_first(period)} – {last}"


def _first(period: Period) -> str:
    return date_format(period.start, "d/m" if period.start.year == period.end.year else "d/m/Y")


def _by_calendar(start: date, months: int) -> str:
    """The name of so many whole months; "" where people have none."""
    given = {"month": start.month, "year": start.year, "n": months}
    if months == 1:
        return _("Tháng %(month)s/%(year)s") % given
    if months == 3 and start.month % 3 == 1:
        return _("Quý %(quarter)s/%(year)s") % (given | {"quarter": QUARTERS[start.month // 3]})
    if months == 12 and start.month == 1:
        return _("Năm %(year)s") % given
    if 1 < months < 12 and start.month == 1:
        return _("%(n)s tháng đầu năm %(year)s") % given
    if months == 6 and start.month == 7:
        return _("%(n)s tháng cuối năm %(year)s") % given
    return ""
