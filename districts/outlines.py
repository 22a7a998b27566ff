"""The units' outlines as SVG paths: the union of their H3 cells, the same for every screen and kept per process."""

from functools import lru_cache
from math import cos, radians

from districts import geo

WIDTH = 1000  # units of the view box
RESOLUTION = 8  # hexagons of about 0.7 km²: enough for a card, a tenth of the bytes of resolution 10


INSETS = {"2025": {"26732": (120, 880)}}  # Côn Đảo lies 180 km off the coast: drawn in the corner, at the same scale


@lru_cache(maxsize=4)
def outlines(map_name: str) -> tuple[dict[str, str], str]:
    """({unit code: path data}, view box) of a map; ({}, "") for a city without footprints."""
    rings = geo.outlines(map_name, RESOLUTION)
    insets = INSETS.get(map_name, {})
    points = [p for code, polygons in rings.items() if code not in insets for ring in _rings(polygons) for p in ring]
    if not points:
        return {}, ""
    west, east = min(p[0] for p in points), max(p[0] for p in points)
    south, north = min(p[1] for p in points), max(p[1] for p in points)
    squeeze = cos(radians((south + north) / 2))
    scale = WIDTH / ((east - west) * squeeze)

    def placed(code: str, ring) -> list[tuple[int, int]]:
        left, top, dx, dy = west, north, 0, 0
        if code in insets:
            (left, top), (dx, dy) = ring[0], insets[code]
        return [(round((x - left) * squeeze * scale) + dx, round((top - y) * scale) + dy) for x, y in ring]

    paths = {
        code: "".join(_path(placed(code, ring)) for ring in _rings(polygons)) for code, polygons in rings.items()
    }
    return paths, f"-4 -4 {WIDTH + 8} {round((north - south) * scale) + 8}"


def _rings(polygons) -> list:
    return [ring for polygon in polygons for ring in polygon]


def _path(points: list[tuple[int, int]]) -> str:
    """A closed ring in relative steps, which are short."""
    (x, y), *rest = points
    steps = [f"M{x} {y}l"]
    for next_x, next_y in rest[:-1] if rest and rest[-1] == points[0] else rest:
        steps.append(f"{next_x - x} {next_y - y} ")
        x, y = next_x, next_y
    return "".join(steps).rstrip() + "z"
