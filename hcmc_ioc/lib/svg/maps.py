"""Units on a map: as equal tiles near their place, or as outlines; and the legend of the classes."""

from dataclasses import dataclass

from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from hcmc_ioc.lib.markup import format_html, format_html_join, join, markup
from hcmc_ioc.lib.svg.parts import n, written
from hcmc_ioc.lib.svg.scales import tone

SIDE = 72  # units of a tile; its text is set in the same units
LEADING = 15  # from one line of text to the next
READABLE = 60  # tiles; the names of more would be too small
SPLIT = 8  # a longer name goes on two lines


@dataclass(frozen=True)
class Tile:
    """A unit at its column and row (from 0), its value in words and its class ("q1" … "q5", "d1" …, "none")."""

    col: int
    row: int
    name: str
    value: str
    tone: str = "none"
    url: str = ""


@dataclass(frozen=True)
class Shape:
    """A unit's outline as SVG path data, in the coordinates of the map's view box."""

    path: str
    name: str
    value: str
    tone: str = "none"
    url: str = ""


def tile_map(tiles, label="", text=None) -> SafeString:
    """Every unit an equal tile and a link; `text` writes names and values (by default on up to 60 tiles)."""
    if not tiles:
        return _map(label or _("Chưa có số liệu"), "0 0 72 72", [])
    text = len(tiles) <= READABLE if text is None else text
    across, down = max(t.col for t in tiles) + 1, max(t.row for t in tiles) + 1
    drawn = [_linked(tile, _tile(tile, text)) for tile in sorted(tiles, key=lambda t: (t.row, t.col))]
    return _map(label or _("Bản đồ ô"), f"0 0 {across * SIDE} {down * SIDE}", drawn)


def outline_map(shapes, view_box, label="") -> SafeString:
    """Outlines in their class; every one a link to its unit."""
    drawn = [
        _linked(shape, format_html('<path class="map-shape {}" d="{}"/>', shape.tone, shape.path)) for shape in shapes
    ]
    return _map(label or _("Bản đồ ranh giới"), view_box, drawn)


def legend(uppers, highest=None, form="number", missing=True, low_is_strong=False) -> SafeString:
    """What the classes mean: their upper limits in words, and the hatch of missing values."""
    bounds = [*uppers, highest] if highest is not None or uppers else []
    items = []
    for k, upper in enumerate(bounds, 1):
        above = written(bounds[k - 2], form) if k > 1 else ""
        text = f"≤ {written(upper, form)}" if upper is not None else f"> {above}"
        items.append(format_html('<li><i class="{}"></i>{}</li>', tone(k - 1, low_is_strong), text))
    gap = (
        format_html('<ul class="legend"><li><i class="none"></i>{}</li></ul>', _("chưa đủ số liệu")) if missing else ""
    )
    return format_html('<div class="cluster"><ul class="legend joined">{}</ul>{}</div>', join(items), gap)


def _map(label, view_box, body) -> SafeString:
    """A map is a group of links rather than one image: each link is read with its unit and value."""
    return format_html(
        '<svg class="chart map" viewBox="{}" role="group" aria-label="{}">{}</svg>', view_box, label, join(body)
    )


def _linked(unit, drawn) -> SafeString:
    title = f"{unit.name}: {unit.value}"
    inner = format_html("{}<title>{}</title>", drawn, title)
    if not unit.url:
        return format_html('<g class="{}" role="img" aria-label="{}">{}</g>', unit.tone, title, inner)
    return format_html('<a href="{}" class="{}" aria-label="{}">{}</a>', unit.url, unit.tone, title, inner)


def _tile(tile, text) -> SafeString:
    x, y = tile.col * SIDE, tile.row * SIDE
    drawn = [
        markup(
            '<rect class="tile-shape {}" x="{}" y="{}" width="{}" height="{}" rx="6"/>',
            tile.tone,
            n(x + 1.5),
            n(y + 1.5),
            SIDE - 3,
            SIDE - 3,
        )
    ]
    if text:
        lines = _lines(tile.name)
        top = y + SIDE / 2 - LEADING / 2 * len(lines) + 3
        drawn.append(
            format_html_join(
                "",
                '<text class="tile-name" x="{}" y="{}">{}</text>',
                ((n(x + SIDE / 2), n(top + LEADING * i), line) for i, line in enumerate(lines)),
            )
        )
        bottom = n(top + LEADING * len(lines) + 4)
        drawn.append(
            format_html('<text class="tile-figure" x="{}" y="{}">{}</text>', n(x + SIDE / 2), bottom, tile.value)
        )
    return join(drawn)


def _lines(name: str) -> list[str]:
    """A long name on two lines, broken at the blank nearest to its middle."""
    if len(name) <= SPLIT or " " not in name:
        return [name]
    blanks = [i for i, letter in enumerate(name) if letter == " "]
    cut = min(blanks, key=lambda i: abs(i - len(name) / 2))
    return [name[:cut], name[cut + 1 :]]
