"""Small pictures beside a number: sparkline, dot with interval, bar."""

from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _

from hcmc_ioc.lib.caching import per_language
from hcmc_ioc.lib.markup import markup
from hcmc_ioc.lib.svg.parts import WIDTH, area, n, path, pct, picture, stretched, written
from hcmc_ioc.lib.svg.scales import MANY_DAYS, Scale, known, mean, runs, weeks


def sparkline(values, band=None, form: str = "number", height: int = 34, scale=None) -> SafeString:
    """The last days of a figure; `band` is the usual range as (lows, highs). The newest point is marked. On a common
    `scale` (low, high) several can be compared.

    A line of more than MANY_DAYS shows the mean of each whole week.
    """
    lows, highs = band or ((), ())
    seen = known(values, lows, highs)
    if not known(values):
        return picture(_("Chưa có số liệu"), height, [], "sparkline empty-chart")
    own, count = known(values), len(values)
    if count > MANY_DAYS and not band:
        values = [mean(week) for week in weeks(values)]
        seen = known(values)
    across = Scale(0, max(1, len(values) - 1), 0, WIDTH)
    up = Scale(*(scale or (min(seen), max(seen))), height - 4, 4)
    body = []
    if band:
        both = [None if low is None or high is None else 1 for low, high in zip(lows, highs, strict=True)]
        body += [
            area([(across(i), up(highs[i])) for i in run], [(across(i), up(lows[i])) for i in run], "band")
            for run in runs(both)
        ]
    body += [path([(across(i), up(values[i])) for i in run], "line c1") for run in runs(values) if len(run) > 1]
    last = max(i for i, value in enumerate(values) if value is not None)
    place = 100 * across(last) / WIDTH
    body = [stretched(height, body)]
    body.append(markup('<circle class="dot c1" cx="{}" cy="{}" r="3.5"/>', pct(place), n(up(values[last]))))
    label = _("%(count)s kỳ, từ %(low)s đến %(high)s, mới nhất %(last)s") % {
        "count": count,
        "low": written(min(own), form),
        "high": written(max(own), form),
        "last": written(own[-1], form),
    }
    return picture(label, height, body, "sparkline")


@per_language
def dot_interval(value, low=None, high=None, target=None, scale=(0, 1), tone="c1", form="percent") -> SafeString:
    """A dot with its interval on a common scale; what lies beyond the scale stops at its edge."""
    height, middle = 22, 11
    if value is None:
        return picture(_("Không đủ số liệu"), height, [], "inline-chart")
    across = Scale(scale[0], scale[1], 2, 98)

    def at(v):
        return pct(across(min(max(v, scale[0]), scale[1])))

    body = [markup('<line class="grid-line" x1="0" x2="100%" y1="{0}" y2="{0}"/>', middle)]
    label = written(value, form)
    if low is not None and high is not None:
        ends = (at(low), at(high), middle)
        body.append(markup('<line class="whisker" x1="{0}" x2="{1}" y1="{2}" y2="{2}"/>', *ends))
        label += _(", khoảng %(low)s đến %(high)s") % {"low": written(low, form), "high": written(high, form)}
    if target is not None:
        body.append(markup('<line class="target" x1="{0}" x2="{0}" y1="2" y2="20"/>', at(target)))
        label += _(", mục tiêu %(target)s") % {"target": written(target, form)}
    body.append(markup('<circle class="dot {}" cx="{}" cy="{}" r="5"/>', tone, at(value), middle))
    return picture(label, height, body, "inline-chart")


def bar(value, maximum, tone="c1", form="number") -> SafeString:
    """A bar from zero; the longest possible fills the place."""
    if value is None:
        return picture(_("Không có số liệu"), 10, [], "inline-bar")
    share = 100 * min(1, max(0, value / maximum)) if maximum else 0
    body = [
        mark_safe('<rect class="track" width="100%" height="10" rx="2"/>'),
        markup('<rect class="{}" width="{}" height="10" rx="2"/>', tone, pct(share)),
    ]
    return picture(written(value, form), 10, body, "inline-bar")
