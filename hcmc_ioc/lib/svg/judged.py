"""Charts of judgement: a series within its limits, units in a funnel."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from math import sqrt

from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from hcmc_ioc.lib.markup import format_html, join
from hcmc_ioc.lib.svg.charts import BOTTOM, TOP, axis, dates
from hcmc_ioc.lib.svg.parts import WIDTH, area, figure, framed, n, path, pct, picture, stretched, written
from hcmc_ioc.lib.svg.scales import Scale, known, runs, ticks, ticks_around

HEIGHT, TALL = 260, 340
CURVE = 48  # points of a limit's line
NAMED = 6  # more units outside than these would be named over each other; the table has all


@dataclass(frozen=True)
class Sign:
    """What stands out at a point: in which tone, and in words."""

    place: int
    tone: str
    words: str


def control(labels: Sequence[str], values: Sequence[float | None], limits: Sequence[tuple | None],
            signs: Sequence[Sign], anew: Sequence[int] = (), caption: str = "", form: str = "number") -> SafeString:
    """A series with its mean and limits, (low, centre, high) of each point or None; `anew` are the places where a
    stretch of limits begins. Signs are diamonds, their words stand in the table."""
    lows, centres, highs = ([one and one[k] for one in limits] for k in range(3))
    steps = ticks_around(min(known(values, lows)), max(known(values, highs)))
    up = Scale(steps[0], steps[-1], HEIGHT - BOTTOM, TOP)
    across = Scale(0, max(1, len(labels) - 1), 0, WIDTH)
    drawn = []
    for run in _stretches(limits, anew):
        for edge in (lows, highs):
            drawn.append(path([(across(i), up(edge[i])) for i in run], "line limit"))
        drawn.append(path([(across(i), up(centres[i])) for i in run], "line centre"))
        drawn.insert(0, area([(across(i), up(highs[i])) for i in run], [(across(i), up(lows[i])) for i in run], "band"))
    drawn += [path([(across(i), up(values[i])) for i in run], "line c1") for run in runs(values) if len(run) > 1]
    told = {sign.place: sign for sign in signs}
    dots = [_dot(across(i), up(value), told.get(i), labels[i]) for i, value in enumerate(values) if value is not None]
    plot = [axis(steps, up, form), dates(labels, across, HEIGHT, first=False), stretched(HEIGHT, drawn), *dots]
    rows = [[label, written(values[i], form), *(written(edge[i], form) for edge in (lows, centres, highs)),
             told[i].words if i in told else ""] for i, label in enumerate(labels)]
    headers = [_("Kỳ"), _("Giá trị"), _("Giới hạn dưới"), _("Trung bình"), _("Giới hạn trên"), _("Dấu hiệu")]
    read = "; ".join(f"{labels[sign.place]}: {sign.words}" for sign in signs) or _("Không có dấu hiệu bất thường")
    return figure(framed(picture(read, HEIGHT, plot), "trend alone"), caption, headers, rows, _("Bảng số liệu"))


def _stretches(limits: Sequence[tuple | None], anew: Sequence[int]) -> list[list[int]]:
    found: list[list[int]] = []
    for run in runs(limits):
        for i in run:
            if i == run[0] or i in anew:
                found.append([])
            found[-1].append(i)
    return found


def _dot(x: float, y: float, sign: Sign | None, label: str) -> SafeString:
    place = pct(100 * x / WIDTH)
    if sign is None:
        return format_html('<circle class="dot c1" cx="{}" cy="{}" r="3"/>', place, n(y))
    return format_html(
        '<svg class="mark" x="{}" y="{}"><path class="dot {}" d="M0-7 7 0 0 7-7 0Z"><title>{}: {}</title></path></svg>',
        place, n(y), sign.tone, label, sign.words)


@dataclass(frozen=True)
class FunnelUnit:
    """A unit in a funnel: its cases, its share (0–1), its tone and what is said of it; `is_named` writes its name."""

    name: str
    cases: float
    share: float
    tone: str
    words: str
    is_named: bool = False


def funnel(units: Sequence[FunnelUnit], centre: float, bounds: Callable[[float, bool], tuple[float, float]],
           caption: str = "", cases: str = "") -> SafeString:
    """Shares over cases; `bounds(cases, is_wide)` are the limits for so many cases, of 99.8 % or 95 %. The axis of
    cases is one of square roots, so that small units are told apart."""
    most = max(unit.cases for unit in units)
    least = min(unit.cases for unit in units)
    across = Scale(sqrt(least) * 0.8, sqrt(most), 0, WIDTH)
    grid = [(sqrt(least) + (sqrt(most) - sqrt(least)) * k / CURVE) ** 2 for k in range(CURVE + 1)]
    wide, narrow = ([bounds(max(1.0, at), is_wide) for at in grid] for is_wide in (True, False))
    steps = _share_steps([*(unit.share for unit in units), *(edge for pair in wide for edge in pair)])
    up = Scale(steps[0], steps[-1], TALL - BOTTOM, TOP)
    lines = [_between(grid, wide, across, up)]
    for curve, name in ((wide, "line limit"), (narrow, "line limit dashed")):
        lines += [path([(across(sqrt(at)), up(pair[k])) for at, pair in zip(grid, curve, strict=True)], name)
                  for k in (0, 1)]
    lines.append(path([(0, up(centre)), (WIDTH, up(centre))], "line centre"))
    names = sum(unit.is_named for unit in units) <= NAMED
    dots = [_unit(unit, across(sqrt(unit.cases)), up(unit.share), names=names) for unit in units]
    plot = [axis(steps, up, "percent"), _cases(least, most, across), stretched(TALL, lines), *dots]
    rows = [[unit.name, written(unit.cases), written(unit.share, "percent"), unit.words] for unit in units]
    out = [f"{unit.name}: {unit.words}" for unit in units if unit.is_named]
    read = "; ".join(out) or _("Không đơn vị nào nằm ngoài giới hạn")
    headers = [_("Đơn vị"), cases or _("Mẫu số"), _("Tỷ lệ"), _("Nhận định")]
    return figure(framed(picture(read, TALL, plot), "trend alone"), caption, headers, rows, _("Bảng số liệu"))


def _share_steps(shares: Sequence[float]) -> list[float]:
    return [step for step in ticks_around(min(shares), max(shares)) if -1e-9 <= step <= 1 + 1e-9]


def _between(grid: Sequence[float], edges: Sequence[tuple], across: Scale, up: Scale) -> SafeString:
    high, low = ([(across(sqrt(at)), up(pair[k])) for at, pair in zip(grid, edges, strict=True)] for k in (1, 0))
    return area(high, low, "band")


def _cases(least: float, most: float, across: Scale) -> SafeString:
    return join(
        format_html('<text class="middle" x="{}" y="{}">{}</text>', pct(100 * across(sqrt(step)) / WIDTH),
                    n(TALL - 6), written(step))
        for step in ticks(most) if least <= step <= most)


def _unit(unit: FunnelUnit, x: float, y: float, *, names: bool) -> SafeString:
    place = pct(100 * x / WIDTH)
    name = format_html(
        '<text class="strong{}" x="{}" y="{}" dx="{}">{}</text>', " end" if x > WIDTH / 2 else "", place, n(y + 4),
        -9 if x > WIDTH / 2 else 9, unit.name) if unit.is_named and names else ""
    return format_html('<circle class="dot {}" cx="{}" cy="{}" r="{}"><title>{}: {}</title></circle>{}', unit.tone,
                       place, n(y), 6 if unit.is_named else 4.5, unit.name, unit.words, name)
