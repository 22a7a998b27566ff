"""Many small lives by the day of their term: a dot each, its shape the state, its colour whether it is late."""

from collections.abc import Callable, Sequence

from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from hcmc_ioc.lib import words
from hcmc_ioc.lib.markup import format_html
from hcmc_ioc.lib.svg.parts import figure, n, pct, picture

HEIGHT, BOTTOM, TOP = 190, 26, 16
STEP = 9.0  # between two dots
SHAPES = {"sent": "ring", "at_work": "full", "waiting": "square"}


def strip(days: Sequence, caption: str, label: Callable[[int], str], names: dict[str, str]) -> SafeString:
    """`days` have an `offset` from today and `marks` of (state, late, count); where a day has more than fit, each of
    all dots stands for several, which is said. `label` writes a day, `names` the states."""
    tallest = max((sum(count for _s, _l, count in day.marks) for day in days), default=0)
    room = int((HEIGHT - BOTTOM - TOP) // STEP)
    each = max(1, -(-tallest // room))
    wide = 100 / max(1, len(days))
    body: list[SafeString] = []
    for place, day in enumerate(days):
        middle = wide * (place + 0.5)
        body += _column(day, middle, each)
        if day.offset == 0:
            body.append(format_html('<line class="today" x1="{0}" x2="{0}" y1="0" y2="{1}"/>',
                                    pct(wide * place), n(HEIGHT - BOTTOM)))
        if place in (0, len(days) - 1) or day.offset % 7 == 0:
            body.append(format_html('<text class="{}" x="{}" y="{}">{}</text>', _anchor(place, len(days)),
                                    pct(middle), n(HEIGHT - 6), label(day.offset)))
    body.append(format_html('<line class="axis" x1="0" x2="100%" y1="{0}" y2="{0}"/>', n(HEIGHT - BOTTOM)))
    rows = [[label(day.offset), names[state], _("quá hạn") if late else _("trong hạn"), words.number(count)]
            for day in days for state, late, count in day.marks]
    note = _("mỗi dấu là %(n)s việc") % {"n": each} if each > 1 else ""
    headers = [_("Thời hạn"), _("Trạng thái"), _("Hạn"), _("Số lượng")]
    return figure(picture(caption, HEIGHT, body, "strip"), " · ".join(filter(None, [caption, note])), headers, rows,
                  _("Bảng số liệu"))


def _anchor(place: int, count: int) -> str:
    return "start" if place == 0 else "end" if place == count - 1 else "middle"


def _column(day, middle: float, each: int) -> list[SafeString]:
    """The dots of one day, from the axis upwards."""
    found, y = [], HEIGHT - BOTTOM - STEP / 2 - 1
    for state, late, count in day.marks:
        for _nth in range(-(-count // each)):
            found.append(_mark(SHAPES[state], "danger" if late else "info", middle, y))
            y -= STEP
    return found


def _mark(shape: str, tone: str, x: float, y: float) -> SafeString:
    if shape == "square":
        return format_html('<svg class="in" x="{}" y="{}"><rect class="{} mark" x="-3.4" y="-3.4" width="6.8" '
                           'height="6.8"/></svg>', pct(x), n(y), tone)
    return format_html('<circle class="{} {} mark" cx="{}" cy="{}" r="3.4"/>', tone, shape, pct(x), n(y))
