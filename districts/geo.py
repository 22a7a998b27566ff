"""A point → the unit it lies in, through footprints: which small hexagon (H3, resolution 10) belongs to whom.

Look-ups in tables read once per process and map; a few microseconds each. About 2 % of points, all close to a
border, fall on its wrong side, which is why `near_border` is told along. A city without footprints locates nothing.
"""

import csv
import sys
from collections import Counter, defaultdict
from dataclasses import dataclass
from functools import lru_cache
from itertools import accumulate
from math import isfinite
from random import Random

import h3.api.basic_int as h3
from django.utils.translation import gettext as _

from .cities import city, map_in_force

FINE, COARSE = 10, 6  # the resolutions between which footprints are compacted

Ring = list[tuple[float, float]]


class BadPoint(ValueError):
    """A place this city cannot take; the message is for the person who gave it."""


@dataclass(frozen=True, slots=True)
class Located:
    """`near_border`: a neighbouring hexagon belongs to another unit, so a person should confirm the unit."""

    unit_code: str | None
    near_border: bool
    source: str = "footprint"


NOWHERE = Located(None, False, "")


def locate(lat: float, lon: float, map: str | None = None) -> Located:
    """The unit of `map` (default: `IOC_MAP`) that the point lies in; no unit when it lies in none.

    A point just outside every footprint (a river, the shore) belongs to the unit of the hexagons next to it.
    """
    owners = _owners(map or map_in_force())
    if not owners:
        return NOWHERE
    cell = h3.latlng_to_cell(lat, lon, FINE)
    own = _owner(owners, cell)
    around = [_owner(owners, neighbour) for neighbour in h3.grid_disk(cell, 1) if neighbour != cell]
    others = Counter(code for code in around if code and code != own)
    if own:
        return Located(own, bool(others))
    return Located(others.most_common(1)[0][0], True) if others else Located(None, False)


def units_at(lat: float, lon: float, map: str | None = None) -> set[str]:
    """The codes of every unit that the point may belong to: its own, and near a border the neighbours'."""
    owners = _owners(map or map_in_force())
    around = h3.grid_disk(h3.latlng_to_cell(lat, lon, FINE), 1) if owners else []
    return {code for cell in around if (code := _owner(owners, cell))}


def check_point(lat, lon, map: str | None = None) -> Located:
    """Where a point typed or sent by somebody lies; raises `BadPoint` when that is not in this city."""
    try:
        lat, lon = float(lat), float(lon)
    except (TypeError, ValueError):
        raise BadPoint(_("Tọa độ phải là hai số, ví dụ 10.7769 và 106.7009.")) from None
    if not (isfinite(lat) and isfinite(lon) and abs(lat) <= 90 and abs(lon) <= 180):
        if isfinite(lat) and isfinite(lon) and _within_bounds(lon, lat):
            raise BadPoint(_("Vĩ độ và kinh độ bị đảo chỗ: vĩ độ viết trước."))
        raise BadPoint(_("Tọa độ không hợp lệ: vĩ độ từ -90 đến 90, kinh độ từ -180 đến 180."))
    if not _within_bounds(lat, lon):
        if _within_bounds(lon, lat):
            raise BadPoint(_("Vĩ độ và kinh độ bị đảo chỗ: vĩ độ viết trước."))
        raise BadPoint(_("Điểm này nằm ngoài địa bàn thành phố."))
    place = locate(lat, lon, map)
    if place.unit_code is None and place is not NOWHERE:
        raise BadPoint(_("Điểm này nằm ngoài địa bàn thành phố."))
    return place


def cells(unit_code: str, map: str | None = None) -> list[int]:
    """The resolution-10 cells of a unit; empty for a unit without a footprint."""
    return h3.uncompact_cells(_compacted(map or map_in_force()).get(unit_code, []), FINE)


def shared_area(old, new) -> int:
    """How many resolution-10 cells of the unit `old` lie in the unit `new`, of whatever maps; 0 without footprints."""
    if not (old.map and new.map):
        return 0
    return len(set(cells(old.code, old.map)) & set(cells(new.code, new.map)))


def random_point(unit_code: str, rng: Random, map: str | None = None) -> tuple[float, float]:
    """(lat, lon) drawn evenly from the footprint of the unit; `KeyError` when it has none."""
    parts, weights = _weighted(map or map_in_force())[unit_code]
    part = rng.choices(parts, cum_weights=weights)[0]
    cell = h3.child_pos_to_cell(part, FINE, rng.randrange(h3.cell_to_children_size(part, FINE)))
    centre, corners = h3.cell_to_latlng(cell), h3.cell_to_boundary(cell)
    side = rng.randrange(len(corners))
    u, v = sorted((rng.random(), rng.random()))
    triangle = centre, corners[side - 1], corners[side]
    weights = (u, v - u, 1 - v)
    lat, lon = (sum(w * corner[axis] for w, corner in zip(weights, triangle, strict=True)) for axis in (0, 1))
    return lat, lon


@lru_cache(maxsize=8)
def outlines(map: str, resolution: int = 9) -> dict[str, list[list[Ring]]]:
    """The polygons of every unit: unit code → polygons → rings (outer first, closed) of (lon, lat).

    The union of its cells; at a coarser `resolution` than 10 each hexagon goes to the owner of its middle, so units
    still share their edges and never overlap.
    """
    by_unit = defaultdict(list)
    for cell, code in _at(map, resolution).items():
        by_unit[code].append(cell)
    return {code: _polygons(by_unit.get(code) or cells(code, map)) for code in sorted(_compacted(map))}


@lru_cache(maxsize=8)
def feature_collection(map: str, resolution: int = 9) -> dict:
    """`outlines` as GeoJSON; a feature's `id` is the unit's code."""
    return {
        "type": "FeatureCollection",
        "features": [
            {
                "type": "Feature",
                "id": code,
                "properties": {},
                "geometry": {"type": "MultiPolygon", "coordinates": polygons},
            }
            for code, polygons in outlines(map, resolution).items()
        ],
    }


# The tables


@lru_cache(maxsize=4)
def _compacted(map: str) -> dict[str, list[int]]:
    """Unit code → its compacted cells; empty for a map without footprints."""
    path = city().data / f"footprints_{map}.csv"
    if not path.is_file():
        return {}
    csv.field_size_limit(10_000_000)
    with path.open(newline="", encoding="utf-8") as file:
        return {
            sys.intern(row["unit_code"]): [int(cell, 16) for cell in row["h3_cells"].split()]
            for row in csv.DictReader(file)
        }


@lru_cache(maxsize=4)
def _owners(map: str) -> dict[int, str]:
    return {cell: code for code, parts in _compacted(map).items() for cell in parts}


@lru_cache(maxsize=4)
def _weighted(map: str) -> dict[str, tuple[list[int], list[int]]]:
    """Unit code → its compacted cells and their running sizes, for drawing one evenly by area."""
    sizes = {res: 7 ** (FINE - res) for res in range(COARSE, FINE + 1)}
    return {
        code: (parts, list(accumulate(sizes[h3.get_resolution(cell)] for cell in parts)))
        for code, parts in _compacted(map).items()
    }


def _owner(owners: dict[int, str], cell: int) -> str | None:
    code = owners.get(cell)
    resolution = FINE
    while code is None and resolution > COARSE:
        resolution -= 1
        code = owners.get(h3.cell_to_parent(cell, resolution))
    return code


def _at(map: str, resolution: int) -> dict[int, str]:
    """The owner of every cell of `resolution` whose middle is owned."""
    owners, owners_of_cells = _owners(map), {}
    for part, code in owners.items():
        size = h3.get_resolution(part)
        if size <= resolution:
            owners_of_cells.update(dict.fromkeys(h3.cell_to_children(part, resolution), code))
        elif (parent := h3.cell_to_parent(part, resolution)) not in owners_of_cells:
            middle = _owner(owners, h3.cell_to_center_child(parent, FINE))
            if middle:
                owners_of_cells[parent] = middle
    return owners_of_cells


def _polygons(group: list[int]) -> list[list[Ring]]:
    shape = h3.cells_to_geo(group)
    parts = [shape["coordinates"]] if shape["type"] == "Polygon" else shape["coordinates"]
    return [[[(round(lon, 5), round(lat, 5)) for lon, lat in ring] for ring in part] for part in parts]


def _within_bounds(lat: float, lon: float) -> bool:
    south, west, north, east = city().bounds
    return south <= lat <= north and west <= lon <= east
