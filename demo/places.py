"""Where it happens: real streets of an area, invented house numbers, points drawn from its footprint."""

from dataclasses import dataclass
from random import Random

from districts import geo
from districts.models import Unit
from districts.streets import streets_of

_WITH_THEIR_KIND = ("Quốc lộ", "Tỉnh lộ", "Hương lộ", "Xa lộ", "Đại lộ", "Liên khu", "Đường")


@dataclass(frozen=True)
class Place:
    """A house on a street of `unit`; the point lies somewhere in the unit, for nobody surveyed these houses."""

    unit: Unit
    street: str
    number: int
    lat: float | None = None
    lon: float | None = None
    near_border: bool = False

    @property
    def address(self) -> str:
        return f"{self.number} {self.street}, {self.unit.name_vi}" if self.street else self.unit.name_vi

    @property
    def slots(self) -> dict:
        """The place as sentences name it."""
        road = self.street if self.street.startswith(_WITH_THEIR_KIND) else f"đường {self.street}"
        road = road[0].lower() + road[1:] if road.startswith("Đường") else road
        return {
            "house": f"số {self.number} {self.street}",
            "no": f"số {self.number}",
            "road": road,
            "road_cap": road[0].upper() + road[1:],
            "alley": f"hẻm {self.number} {self.street}",
            "alley_cap": f"Hẻm {self.number} {self.street}",
            "unit": self.unit.name_vi,
            "office": f"UBND {self.unit.name_vi}",
        }


def somewhere(unit: Unit, rng: Random, *, on_map: bool = True) -> Place:
    """A place in the area `unit`, with a point if it is to be `on_map` and the unit has a footprint."""
    streets = streets_of(unit.code)
    street = rng.choice(streets) if streets else f"khu vực trung tâm {unit.short_name_vi}"
    number = int(400 * rng.random() ** 1.4) + 1
    if not on_map:
        return Place(unit, street, number)
    try:
        lat, lon = geo.random_point(unit.code, rng)
    except KeyError:
        return Place(unit, street, number)
    return Place(unit, street, number, round(lat, 6), round(lon, 6), geo.locate(lat, lon).near_border)


def next_door(place: Place, rng: Random) -> Place:
    """The same spot as another citizen describes it."""
    number = max(1, place.number + rng.choice((-4, -2, 0, 2, 4)))
    if place.lat is None:
        return Place(place.unit, place.street, number)
    lat, lon = (round(c + rng.uniform(-0.0003, 0.0003), 6) for c in (place.lat, place.lon))
    return Place(place.unit, place.street, number, lat, lon, place.near_border)
