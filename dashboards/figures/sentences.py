"""The situation in two or three plain sentences, made from figures by templates: never by anything that guesses."""

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from dashboards.figures.definitions import Figures
from dashboards.figures.periods import Period
from hcmc_ioc.lib.stats import change
from hcmc_ioc.lib.words import number, percent

NOTICEABLE = 0.03  # a smaller change is called "about the same"


def situation(now: Figures, before: Figures, period: Period) -> list[str]:
    """What was received, what is late, how promises are kept; each one sentence in the language in force."""
    return [received(now, before, period), lateness(now), kept(now, before)]


def received(now: Figures, before: Figures, period: Period) -> str:
    span = _("Trong ngày") if period.days == 1 else _("%(days)s ngày qua") % {"days": number(period.days)}
    count = ngettext("%(count)s phản ánh", "%(count)s phản ánh", now.received) % {"count": number(now.received)}
    return _("%(span)s tiếp nhận %(count)s, %(trend)s.") % {
        "span": span, "count": count, "trend": trend(now.received, before.received),
    }


def trend(now: float, before: float) -> str:
    moved = change(now, before)
    if moved is None:
        return _("kỳ trước không có số liệu")
    if abs(moved) < NOTICEABLE:
        return _("ngang kỳ trước")
    words = _("tăng %(share)s so với kỳ trước") if moved > 0 else _("giảm %(share)s so với kỳ trước")
    return words % {"share": percent(abs(moved), 0)}


def lateness(now: Figures) -> str:
    if not now.open:
        return _("Không có phản ánh nào đang mở.")
    if not now.overdue:
        return _("Đang mở %(open)s, không có phản ánh quá hạn; %(soon)s sắp đến hạn trong 24 giờ.") % {
            "open": number(now.open), "soon": number(now.due_soon),
        }
    return _("Đang mở %(open)s, trong đó %(late)s quá hạn và %(soon)s sắp đến hạn trong 24 giờ.") % {
        "open": number(now.open), "late": number(now.overdue), "soon": number(now.due_soon),
    }


def kept(now: Figures, before: Figures) -> str:
    if now.on_time is None:
        return _("Không có phản ánh nào đến hạn trong kỳ.")
    answer = _("%(share)s được trả lời đúng hạn") % {"share": percent(now.on_time, 1)}
    if before.on_time is None:
        return answer + "."
    points = (now.on_time - before.on_time) * 100
    if abs(points) < 0.5:
        return answer + _(", ngang kỳ trước.")
    words = _(", cao hơn kỳ trước %(points)s điểm.") if points > 0 else _(", thấp hơn kỳ trước %(points)s điểm.")
    return answer + words % {"points": number(abs(points), 1)}
