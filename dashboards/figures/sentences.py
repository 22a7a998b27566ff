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
from dashboards.figures.periods import Period
from hcmc_ioc.lib.stats import change
from hcmc_ioc.lib.words import number, percent

NOTICEABLE = 0.03  # a smaller change is called "about the same"
NOTICEABLE_POINTS = 0.5


def situation(now: Figures, before: Figures, period: Period, today: date) -> list[str]:
    """What was received, what is late, how promises are kept; each one sentence in the language in force."""
    return [received(now, before, period, today), lateness(now), kept(now, before)]


def received(now: Figures, before: Figures, period: Period, today: date) -> str:
    count = ngettext("%(count)s phản ánh", "%(count)s phản ánh", now.received) % {"count": number(now.received)}
    return _("%(span)s tiếp nhận %(count)s, %(trend)s.") % {
        "span": _span(period, today), "count": count, "trend": trend(now.received, before.received),
    }


def _span(period: Period, today: date) -> str:
    if period.end < today:
        first, last = date_format(period.start, "d/m/Y"), date_format(period.end, "d/m/Y")
        return _("Ngày %(day)s") % {"day": last} if first == last else _("Từ %(first)s đến %(last)s") % {
            "first": first, "last": last}
    return _("Trong ngày") if period.days == 1 else _("%(days)s ngày qua") % {"days": number(period.days)}


def trend(now: float, before: float, of: int | None = None, of_before: int | None = None) -> str:
    """The change of a count, or of something measured on so many cases (`of`), in words."""
    if change(now, before) is None:
        return _("kỳ trước không có số liệu")
    if min(now if of is None else of, before if of_before is None else of_before) < ENOUGH:
        return _("kỳ trước %(n)s") % {"n": number(before)} if of is None else ""
    moved = now / before - 1
    if abs(moved) < NOTICEABLE:
        return _("ngang kỳ trước")
    words = _("tăng %(share)s so với kỳ trước") if moved > 0 else _("giảm %(share)s so với kỳ trước")
    return words % {"share": percent(abs(moved), 0)}


def points(now: float, before: float, of: int, of_before: int) -> str:
    """The change of a share, of so many cases now and before, in words; "" where they are too few to tell."""
    if min(of, of_before) < ENOUGH:
        return ""
    moved = (now - before) * 100
    if abs(moved) < NOTICEABLE_POINTS:
        return _("ngang kỳ trước")
    words = _("cao hơn kỳ trước %(n)s điểm") if moved > 0 else _("thấp hơn kỳ trước %(n)s điểm")
    return words % {"n": number(abs(moved), 1)}


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


def kept(now: Figures, before: Figures) -> str:
    if now.on_time is None:
        return _("Không có phản ánh nào đến hạn trong kỳ.")
    answer = _("%(share)s được trả lời đúng hạn") % {"share": percent(now.on_time, 1)}
    moved = "" if before.on_time is None else points(now.on_time, before.on_time, now.due, before.due)
    return f"{answer}, {moved}." if moved else f"{answer}."
