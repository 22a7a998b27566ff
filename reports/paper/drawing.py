"""Charts that stand alone, as SVG without a stylesheet: the same lines, steps and colours as on the screen."""

from hcmc_ioc.lib.markup import format_html, join
from hcmc_ioc.lib.svg.parts import n, written
from hcmc_ioc.lib.svg.scales import Scale, known, runs, ticks
from reports.report import Chart

WIDTH, HEIGHT = 640, 210
LEFT, RIGHT, TOP, BOTTOM = 48, 16, 24, 26
COLOURS = ("#1d5fbf", "#b45309", "#4b5563")
DASHES = ("", "6 4", "2 3")
LABELS = 8


def lines(chart: Chart) -> str:
    """Lines from zero, told apart by colour, dashes and name."""
    steps = ticks(max(known(*(values for _name, values in chart.series)), default=1))
    up = Scale(steps[0], steps[-1], HEIGHT - BOTTOM, TOP)
    across = Scale(0, max(1, len(chart.labels) - 1), LEFT, WIDTH - RIGHT)
    drawn = [_axis(step, up, chart.form) for step in steps] + _dates(chart.labels, across)
    for place, (name, values) in enumerate(chart.series):
        drawn += [_line([(across(i), up(values[i] or 0)) for i in run], place) for run in runs(values)]
        drawn.append(_name(name, place))
    return str(format_html(
        '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {w} {h}" width="{w}" height="{h}">{}</svg>', join(drawn),
        w=WIDTH, h=HEIGHT))


def _axis(step: float, up: Scale, form: str):
    return format_html(
        '<line x1="{}" x2="{}" y1="{y}" y2="{y}" stroke="{}" stroke-width="0.8"/>'
        '<text x="{}" y="{}" text-anchor="end" font-family="Libertinus Serif" font-size="12" fill="#444">{}</text>',
        LEFT, WIDTH - RIGHT, "#d5d8dd" if step else "#6b7280", LEFT - 6, n(up(step) + 4), written(step, form),
        y=n(up(step)))


def _dates(labels: list[str], across: Scale) -> list:
    every = max(1, -(-len(labels) // LABELS))
    return [
        format_html('<text x="{}" y="{}" text-anchor="middle" font-family="Libertinus Serif" font-size="12" '
                    'fill="#444">{}</text>', n(across(i)), HEIGHT - 8, labels[i])
        for i in range(0, len(labels), every)
    ]


def _line(points: list[tuple[float, float]], place: int):
    if len(points) == 1:
        (x, y), = points
        return format_html('<circle cx="{}" cy="{}" r="2.5" fill="{}"/>', n(x), n(y), COLOURS[place])
    path = " ".join(f"{'L' if i else 'M'}{n(x)} {n(y)}" for i, (x, y) in enumerate(points))
    return format_html('<path d="{}" fill="none" stroke="{}" stroke-width="1.8" stroke-dasharray="{}"/>',
                       path, COLOURS[place], DASHES[place])


def _name(name: str, place: int):
    x = LEFT + place * 190
    return format_html(
        '<line x1="{}" x2="{}" y1="9" y2="9" stroke="{colour}" stroke-width="1.8" stroke-dasharray="{}"/>'
        '<text x="{}" y="13" font-family="Libertinus Serif" font-size="12.5" fill="{colour}">{}</text>',
        x, x + 26, DASHES[place], x + 32, name, colour=COLOURS[place])
