"""Charts with axes: trend over time, distribution."""

from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from hcmc_ioc.lib.markup import format_html, join
from hcmc_ioc.lib.svg.parts import WIDTH, area, figure, framed, n, path, pct, picture, stretched, written
from hcmc_ioc.lib.svg.scales import Scale, known, runs, spread, ticks, ticks_around

TOP, BOTTOM = 10, 24  # pixels above the highest line and below the axis
LABELS = 5  # at most so many dates along the axis


def trend(
    labels, series, band=None, caption="", form="number", height=240, marks=(), first=False, tones=("c1", "c2", "c3"),
    close=False,
) -> SafeString:
    """Lines over time on one axis from zero, with direct labels, an expected band and the table of figures.

    `close`: where the values lie far from zero, the axis begins near them (its labels say where).

    `labels` are the names of the periods; `series` is [(name, values)] of at most three, in the colours of `tones`;
    `band` is (lows, highs) of the first series; `marks` are the indexes of its points that stand out (drawn as
    diamonds). A line alone carries no name, the caption says it. `first` counts the names along the axis from the
    first period (0h, 6h, 12h …), else from the last (… today).
    """
    lists, tones = [values for _name, values in series], tones[: len(series)]
    lows, highs = band or ((), ())
    seen = known(*lists, lows, highs)
    summary = _("Bảng số liệu")
    headers = [_("Kỳ"), *(name for name, _values in series)]
    rows = [[label, *(written(values[i], form) for values in lists)] for i, label in enumerate(labels)]
    if not known(*lists):
        empty = format_html('<div class="no-data chart-empty">{}</div>', _("Chưa có số liệu"))
        return figure(empty, caption, headers, rows, summary)
    steps = ticks_around(min(seen), max(seen)) if close and min(seen) > max(seen) / 2 else ticks(max(seen))
    up = Scale(steps[0], steps[-1], height - BOTTOM, TOP)
    across = Scale(0, max(1, len(labels) - 1), 0, WIDTH)
    lines = [_band(lows, highs, across, up)] if band else []
    lines += [
        path([(across(i), up(values[i])) for i in run], f"line {tones[k - 1]}{' dashed' if k == 2 else ''}")
        for k, values in enumerate(lists, 1)
        for run in runs(values)
        if len(run) > 1
    ]
    plot = [axis(steps, up, form), dates(labels, across, height, first), stretched(height, lines)]
    plot.append(_ends(series, across, up, tones))  # under the points: the newest one may stand out
    plot += [
        _points(tones[k], values, across, up, () if k else marks) for k, values in enumerate(lists)
    ]
    drawn = framed(picture(_read(labels, series, form), height, plot), "trend" if len(series) > 1 else "trend alone")
    return figure(drawn, caption, headers, rows, summary)


def _band(lows, highs, across, up) -> SafeString:
    both = [None if low is None or high is None else 1 for low, high in zip(lows, highs, strict=True)]
    return join(
        area([(across(i), up(highs[i])) for i in run], [(across(i), up(lows[i])) for i in run], "band")
        for run in runs(both)
    )


def axis(steps, up, form) -> SafeString:
    """Horizontal lines with their values at the left; the lowest is the axis itself."""
    return join(
        format_html(
            '<line class="{}" x1="0" x2="100%" y1="{y}" y2="{y}"/><text class="end" x="-8" y="{}">{}</text>',
            "axis" if step == steps[0] else "grid-line",
            n(up(step) + 4),
            written(step, form),
            y=n(up(step)),
        )
        for step in steps
    )


def dates(labels, across, height, first) -> SafeString:
    """The last and evenly some before, or the first and some after."""
    last = len(labels) - 1
    every = max(1, -(-last // (LABELS - 1)))
    shown = range(0, last + 1, every) if first else range(last % every, last + 1, every)
    return join(
        format_html(
            '<text class="middle" x="{}" y="{}">{}</text>', pct(100 * across(i) / WIDTH), n(height - 6), labels[i]
        )
        for i in shown
    )


def _points(tone, values, across, up, marks) -> SafeString:
    """Points that no line would show (alone between gaps), and points that stand out."""
    alone = [run[0] for run in runs(values) if len(run) == 1]
    dots = [
        format_html(
            '<circle class="dot {}" cx="{}" cy="{}" r="3.5"/>', tone, pct(100 * across(i) / WIDTH), n(up(values[i]))
        )
        for i in alone
    ]
    signs = [
        format_html(
            '<svg class="mark" x="{}" y="{}"><path class="dot warn" d="M0-7 7 0 0 7-7 0Z"/></svg>',
            pct(100 * across(i) / WIDTH),
            n(up(values[i])),
        )
        for i in marks
        if values[i] is not None
    ]
    return join([*dots, *signs])


def _ends(series, across, up, tones) -> SafeString:
    """Each line's name where it ends, moved apart when two would overlap."""
    ends = []
    for tone, (name, values) in zip(tones, series, strict=True):
        here = [i for i, value in enumerate(values) if value is not None]
        if here:
            ends.append((tone, name, here[-1], up(values[here[-1]])))
    places = spread([y for *_rest, y in ends], 16)
    return join(
        format_html(
            '<circle class="dot {tone}" cx="{x}" cy="{}" r="4"/>'
            '<text class="{tone} strong" x="{x}" dx="10" y="{}">{}</text>',
            n(y),
            n(place + 4),
            name if len(series) > 1 else "",
            tone=tone,
            x=pct(100 * across(i) / WIDTH),
        )
        for (tone, name, i, y), place in zip(ends, places, strict=True)
    )


def _read(labels, series, form) -> str:
    parts = []
    for name, values in series:
        own = known(values)
        if own:
            facts = {
                "name": name,
                "low": written(min(own), form),
                "high": written(max(own), form),
                "last": written(own[-1], form),
            }
            parts.append(_("%(name)s từ %(low)s đến %(high)s, mới nhất %(last)s") % facts)
    period = _("%(first)s đến %(last)s") % {"first": labels[0], "last": labels[-1]}
    return f"{period}. {'; '.join(parts)}"


def histogram(bins, caption="", height=160, form="number", second=None) -> SafeString:
    """Bars beside each other: [(label, value)], or [(label, value, of which late)] with the late part in red below.

    `second` names the late part for the table.
    """
    rows = [[row[0], *(written(value, form) for value in row[1:])] for row in bins]
    headers = [_("Khoảng"), _("Số lượng"), *([second or _("Trong đó quá hạn")] if bins and len(bins[0]) > 2 else [])]
    top = max(known(row[1] for row in bins), default=0)
    up = Scale(0, top or 1, height - BOTTOM, TOP + 12)
    base, each = height - BOTTOM, 100 / max(1, len(bins))
    body = [format_html('<line class="axis" x1="0" x2="100%" y1="{0}" y2="{0}"/>', n(base))]
    for i, (label, value, *late) in enumerate(bins):
        x, middle = pct(each * (i + 0.14)), pct(each * (i + 0.5))
        body.append(format_html('<text class="middle" x="{}" y="{}">{}</text>', middle, n(height - 6), label))
        shown = written(value, form)
        y = base if value is None else up(value)
        body.append(format_html('<text class="middle strong" x="{}" y="{}">{}</text>', middle, n(y - 6), shown))
        for tone, amount in (("c1", value), ("danger", late[0] if late else None)):
            if amount:
                body.append(
                    format_html(
                        '<rect class="{}" x="{}" y="{}" width="{}" height="{}"/>',
                        tone,
                        x,
                        n(up(amount)),
                        pct(each * 0.72),
                        n(base - up(amount)),
                    )
                )
    read = "; ".join(f"{row[0]}: {row[1]}" for row in rows) or _("Chưa có số liệu")
    return figure(picture(read, height, body, "histogram"), caption, headers, rows, _("Bảng số liệu"))
