"""The pieces every chart is put together from."""

from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from hcmc_ioc.lib import words
from hcmc_ioc.lib.assets import icon
from hcmc_ioc.lib.markup import format_html, format_html_join, join, markup

WIDTH = 1000  # inner units across a plot whose width is given by the page


def n(value: float) -> str:
    """A coordinate: at most two decimals, never a locale's comma."""
    return f"{value:.2f}".rstrip("0").rstrip(".") or "0"


def pct(value: float) -> str:
    return f"{n(value)}%"


def written(value, form: str = "number") -> str:
    """A value in words: "number", "percent" (of a share 0–1), "decimal", "worktime"."""
    if form == "percent":
        return words.percent(value)
    if form == "worktime":
        return words.worktime(value)
    return words.number(value, 1 if form == "decimal" else 0)


def picture(label: str, height: float, body, classes: str = "") -> SafeString:
    """A picture as wide as its place and `height` pixels high."""
    return format_html(
        '<svg class="chart {}" height="{}" role="img" aria-label="{}">{}</svg>', classes, n(height), label, join(body)
    )


def framed(drawn, kind: str) -> SafeString:
    """Room beside a picture for what is written outside its lines: values at the left, names at the right."""
    return format_html('<div class="plot {}">{}</div>', kind, drawn)


def stretched(height: float, body) -> SafeString:
    """Lines in a box that stretches sideways only; strokes keep their width."""
    return format_html(
        '<svg class="stretched" width="100%" height="{}" viewBox="0 0 {} {}" preserveAspectRatio="none">{}</svg>',
        n(height),
        WIDTH,
        n(height),
        join(body),
    )


def path(points, classes: str) -> SafeString:
    """A line through points."""
    drawn = " ".join(f"{'L' if i else 'M'}{n(x)} {n(y)}" for i, (x, y) in enumerate(points))
    return markup('<path class="{}" d="{}"/>', classes, drawn)


def area(upper, lower, classes: str) -> SafeString:
    """The area between two lines of points."""
    around = " ".join(f"{'L' if i else 'M'}{n(x)} {n(y)}" for i, (x, y) in enumerate([*upper, *reversed(lower)]))
    return markup('<path class="{}" d="{}Z"/>', classes, around)


def figure(chart, caption: str, headers, rows, summary: str) -> SafeString:
    """The chart with its one-line reading above, its figures as a table below, a button that saves the drawing."""
    head = format_html_join("", '<th scope="col">{}</th>', ((h,) for h in headers))
    body = join(
        format_html(
            '<tr><th scope="row">{}</th>{}</tr>',
            row[0],
            format_html_join("", '<td class="num">{}</td>', ((c,) for c in row[1:])),
        )
        for row in rows
    )
    reading = format_html('<figcaption class="takeaway">{}</figcaption>', caption) if caption else ""
    return format_html(
        '<figure class="figure-box">{}{}{}<details><summary>{}</summary><div class="table-wrap">'
        '<table class="table compact"><thead><tr>{}</tr></thead><tbody>{}</tbody></table></div></details></figure>',
        reading,
        chart,
        save_button(),
        summary,
        head,
        body,
    )


def save_button() -> SafeString:
    return format_html(
        '<button class="save-chart" type="button" data-svg="" title="{name}" aria-label="{name}">{}</button>',
        icon("download"), name=_("Tải hình (SVG)"),
    )
