"""The city's own facts, from `districts/data/<city>/city.toml`: nothing else in the code names a city."""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from pathlib import Path
from zoneinfo import ZoneInfo

from django.conf import settings

DATA = Path(__file__).parent / "data"


@dataclass(frozen=True)
class CityMap:
    """One division of the city into areas and the days on which the law knew it."""

    code: str
    label_vi: str
    label_en: str
    valid_from: date
    valid_to: date | None

    def nearest_day(self, day: date) -> date:
        """`day` moved into the period of this map."""
        return max(self.valid_from, min(day, self.valid_to or day))


@dataclass(frozen=True)
class City:
    code: str
    unit_code: str
    name_vi: str
    name_en: str
    short_name_vi: str
    short_name_en: str
    country: str
    subdivision: str
    language: str
    time_zone: ZoneInfo
    modules: tuple[str, ...]  # which parts of the platform this city uses: hotline, numbers
    year_starts: int  # the month in which years of figures begin
    ticket_prefix: str
    centre: tuple[float, float]
    bounds: tuple[float, float, float, float]
    default_map: str  # "" where the city has no areas
    calendar_years: tuple[int, int]
    maps: Mapping[str, CityMap]
    office_weekdays: tuple[int, ...]
    office_spans: str
    holiday_names: Mapping[str, tuple[str, str]]

    @property
    def data(self) -> Path:
        """The folder of the city's data files."""
        return DATA / self.code


def from_facts(code: str, facts: Mapping) -> City:
    """The typed city; raises `ValueError` that names the city and the missing or wrong entry."""
    try:
        facts = DEFAULTS | facts
        plain = {key: facts[key] for key in City.__annotations__ if key in _PLAIN}
        maps = {
            key: CityMap(key, row["label_vi"], row["label_en"], row["valid_from"], row.get("valid_to"))
            for key, row in facts.get("maps", {}).items()
        }
        if maps and facts["default_map"] not in maps:
            raise ValueError(f"default_map {facts['default_map']!r} is not among its maps {sorted(maps)}")
        return City(
            code=code,
            maps=maps,
            time_zone=ZoneInfo(facts["time_zone"]),
            modules=tuple(facts["modules"]),
            year_starts=int(facts["year_starts"].split("-")[0]),
            centre=tuple(facts["centre"]),
            bounds=tuple(facts["bounds"]),
            calendar_years=tuple(facts["calendar_years"]),
            office_weekdays=tuple(facts["office_hours"]["weekdays"]),
            office_spans=facts["office_hours"]["spans"],
            holiday_names={part: tuple(names) for part, names in facts.get("holiday_names", {}).items()},
            **plain,
        )
    except KeyError as exc:
        raise ValueError(f"city.toml of {code!r}: {exc.args[0]} is missing or unknown") from exc


NOWHERE = (-90.0, -180.0, 90.0, 180.0)
# What a city need not say: it has a hotline and numbers, its years begin in January; one without areas has no map.
DEFAULTS = {
    "modules": ["hotline", "numbers"], "year_starts": "01-01", "ticket_prefix": "", "centre": (0.0, 0.0),
    "bounds": NOWHERE, "default_map": "", "subdivision": "",
}
_PLAIN = {
    "unit_code",
    "name_vi",
    "name_en",
    "short_name_vi",
    "short_name_en",
    "country",
    "subdivision",
    "language",
    "ticket_prefix",
    "default_map",
}


@lru_cache(maxsize=8)
def read_city(code: str) -> City:
    """The city as its file has it; `ValueError` names the cities there are when this is none of them."""
    path = DATA / code / "city.toml"
    if not path.is_file():
        known = ", ".join(sorted(p.parent.name for p in DATA.glob("*/city.toml")))
        raise ValueError(f"unknown city {code!r}; known: {known}")
    return from_facts(code, tomllib.loads(path.read_text(encoding="utf-8")))


def city() -> City:
    """The city this database belongs to (`IOC_CITY`)."""
    return read_city(settings.CITY["code"])


def map_in_force() -> str:
    """The code of the map the screens and look-ups use now (`IOC_MAP`)."""
    return settings.MAP
