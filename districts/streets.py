"""The gazetteer: streets, landmarks, wards and districts, found as people type them on the phone.

Typed with or without diacritics, with a house number or an alley in front, a district behind, abbreviated or with a
slip of the finger: "12 le loi", "hem 45/3 nguyen trai q5", "p12 go vap", "cmt8". In memory, a millisecond or two.
"""

import csv
import re
from dataclasses import dataclass, replace
from functools import lru_cache

from rapidfuzz import fuzz, process

from hcmc_ioc.lib.text import vn_norm

from . import geo
from .cities import city, map_in_force

_NUMBER = re.compile(r"\s*((?:h[eẻ]m|ng[oõ]|s[oố])\s+)?(\d+[a-z]?(?:[/-]\d+[a-z]?)*)[\s,]+(?=\S)", re.IGNORECASE)
_SHORT = [
    (re.compile(r"\bp\.?\s*(?=\d)"), "phuong "),
    (re.compile(r"\bq\.?\s*(?=\d)"), "quan "),
    (re.compile(r"\bq\.\s*(?=[a-z])"), "quan "),
    (re.compile(r"\bp\.\s*(?=[a-z])"), "phuong "),
    (re.compile(r"\bh\.\s*(?=[a-z])"), "huyen "),
    (re.compile(r"\b(tp|tx)\.?\s+(?=[a-z])"), "thanh pho "),
    (re.compile(r"\bql\.?\s*(?=\d)"), "quoc lo "),
    (re.compile(r"\btl\.?\s*(?=\d)"), "tinh lo "),
    (re.compile(r"^(duong|d\.)\s+(?=[a-z0-9])"), ""),
    (re.compile(r"\bcmt\s?8\b"), "cach mang thang tam"),
    (re.compile(r"\b3\s?(thang|/)\s?2\b"), "ba thang hai"),
]
_ORDER = {"district": 3, "ward": 2, "street": 1, "landmark": 0}
_SLIPS = 80  # the least likeness (0–100) at which a misspelt name is still offered


@dataclass(frozen=True, slots=True)
class PlaceHint:
    """`kind` is street, landmark, ward or district; the point is given where it is known."""

    label: str
    kind: str
    unit_code: str | None
    lat: float | None = None
    lon: float | None = None


@dataclass(frozen=True, slots=True)
class Entry:
    """A name in the gazetteer; `key` is its folded name, `area` that of the unit or former unit around it."""

    hint: PlaceHint
    name: str
    key: str
    area: str


@dataclass(frozen=True)
class Gazetteer:
    entries: tuple[Entry, ...]
    areas: tuple[str, ...]  # folded names of areas, the longest first, to be recognised at the end of a text


def suggest_places(text: str, limit: int = 8, map: str | None = None) -> list[PlaceHint]:
    """The likeliest places for what was typed, best first; a house number or alley typed before a street is kept."""
    gazetteer = _gazetteer(map or map_in_force())
    text = text[:200]
    if not vn_norm(text):
        return []
    hints = {entry.hint: (score, entry.hint) for entry, score in _matches(gazetteer, text)}
    number = _NUMBER.match(text)
    if number:
        prefix = _house_number(number)
        for entry, score in _matches(gazetteer, text[number.end() :]):
            if entry.hint.kind == "street":
                hints[entry.hint] = score + 2, replace(entry.hint, label=f"{prefix} {entry.hint.label}")
    best = sorted(
        hints.values(), key=lambda pair: (-pair[0], pair[1].unit_code is None, -_ORDER[pair[1].kind], pair[1].label)
    )
    return [hint for _score, hint in best[:limit]]


def streets_of(unit_code: str) -> list[str]:
    """The streets of a unit, in the file's order; for a unit of 2025 those of the districts it was cut from.

    Empty for a unit whose streets nobody entered.
    """
    known = _streets_by_unit()
    return [name for code in [unit_code, *_predecessors().get(unit_code, [])] for name in known.get(code, [])]


# Matching


def _matches(gazetteer: Gazetteer, text: str) -> list[tuple[Entry, float]]:
    """Entries that fit `text`, with a score of 0–100: as a whole, or as a place in the area named at its end."""
    folded = _expanded(text)
    whole = " ".join(folded.replace(",", " ").split())
    matches = _scored(gazetteer.entries, whole)
    place, area = _split_area(gazetteer, folded)
    if area:
        inside = [entry for entry in gazetteer.entries if area in entry.area]
        matches += _scored(inside, place) or _misspelt(inside, place)
    return matches or _misspelt(gazetteer.entries, whole) or (_scored(gazetteer.entries, area) if area else [])


def _scored(entries, query: str) -> list[tuple[Entry, float]]:
    words = query.split()
    return [(entry, score) for entry in entries if (score := _score(entry.key, query, words))]


def _misspelt(entries, query: str) -> list[tuple[Entry, float]]:
    if len(query) < 4:
        return []
    keys = [entry.key for entry in entries]
    close = process.extract(query, keys, scorer=fuzz.ratio, score_cutoff=_SLIPS, limit=8)
    return [(entries[i], likeness * 0.6) for _key, likeness, i in close]


def _score(key: str, query: str, words: list[str]) -> float:
    if key == query:
        return 100
    if key.startswith(query):
        return 90 - len(key) / 10
    if f" {query}" in key:
        return 80 - len(key) / 10
    parts = key.split()
    if len(words) > 1 and all(any(part.startswith(word) for part in parts) for word in words):
        return 65 - len(key) / 10
    if len(words) == 1 and len(query) >= 3 and query == "".join(part[0] for part in parts):
        return 60  # initials: "xvnt", "nkkn"
    return 0


def _expanded(text: str) -> str:
    folded = vn_norm(text)
    for pattern, full in _SHORT:
        folded = pattern.sub(full, folded)
    return folded


def _split_area(gazetteer: Gazetteer, folded: str) -> tuple[str, str]:
    """("le loi", "quan 1") from "le loi, quan 1" or "le loi quan 1"; no area when the text is nothing else."""
    head, _comma, tail = folded.partition(",")
    plain = " ".join(folded.replace(",", " ").split())
    for area in gazetteer.areas:
        if plain.endswith(f" {area}"):
            return plain.removesuffix(area).strip(), area
    return (head.strip(), tail.strip()) if head.strip() and tail.strip() else (plain, "")


def _house_number(number: re.Match) -> str:
    word = (number[1] or "").strip()
    lead = {"h": "Hẻm ", "n": "Ngõ "}.get(word[:1].lower(), "")
    return lead + number[2].upper()


# The tables


@lru_cache(maxsize=4)
def _gazetteer(map: str) -> Gazetteer:
    entries = [*_unit_entries(map), *_former_wards(map), *_street_entries(map)]
    districts = [row for row in _areas() if row["map"] in ("2022", map) or not _rows("wards_2022.csv")]
    areas = {vn_norm(name) for row in districts for name in (row["name_vi"], row["short_name_vi"]) if len(name) > 2}
    return Gazetteer(tuple(entries), tuple(sorted(areas, key=len, reverse=True)))


def _unit_entries(map: str):
    """The units of the map, and under a newer map the former districts: a place on the map, no longer a unit."""
    for row in _areas():
        kind = "ward" if row["kind"] in ("ward", "commune", "special_zone") else "district"
        point = float(row["label_lat"]), float(row["label_lon"])
        if row["map"] == map:
            yield from _keyed(PlaceHint(row["name_vi"], kind, row["code"], *point), row["name_vi"], row["name_vi"])
        elif row["valid_to"] and map > row["map"]:
            yield from _keyed(PlaceHint(f"{row['name_vi']} (cũ)", kind, None, *point), row["name_vi"], row["name_vi"])


def _former_wards(map: str):
    """The wards and communes of before 2025, which people go on naming."""
    districts = {row["code"]: row["name_vi"] for row in _areas()}
    for row in _rows("wards_2022.csv"):
        district = districts[row["district_code"]]
        unit_code = row["district_code"] if map == "2022" else row["unit_code_2025"]
        now = district if map == "2022" else f"{district}, nay là {districts[unit_code]}"
        yield from _keyed(PlaceHint(f"{row['name']}, {now}", "ward", unit_code), row["name"], district)


def _street_entries(map: str):
    names = {row["code"]: row["name_vi"] for row in _areas()}
    for row in _rows("streets.csv"):
        point = (float(row["lat"]), float(row["lon"])) if row["lat"] else (None, None)
        unit_code = row["unit_code"] if map == "2022" else None
        if unit_code is None and row["lat"]:
            unit_code = geo.locate(*point, map).unit_code
        area = names[row["unit_code"]]
        hint = PlaceHint(f"{row['name']}, {area}", row["kind"], unit_code, *point)
        yield Entry(hint, row["name"], vn_norm(row["name"]), vn_norm(area))


def _keyed(hint: PlaceHint, name: str, area: str):
    """A unit is found by its whole name ("phuong ben thanh") and by what follows its kind ("ben thanh")."""
    key, inside = vn_norm(name), vn_norm(area)
    yield Entry(hint, name, key, inside)
    bare = re.sub(r"^(phuong|xa|thi tran|quan|huyen|thanh pho|dac khu) (?=\D)", "", key)
    if bare != key:
        yield Entry(hint, name, bare, inside)


@lru_cache(maxsize=1)
def _streets_by_unit() -> dict[str, list[str]]:
    by_unit: dict[str, list[str]] = {}
    for row in _rows("streets.csv"):
        if row["kind"] == "street":
            by_unit.setdefault(row["unit_code"], []).append(row["name"])
    return by_unit


@lru_cache(maxsize=1)
def _predecessors() -> dict[str, list[str]]:
    by_unit: dict[str, list[str]] = {}
    for row in _rows("succession.csv"):
        by_unit.setdefault(row["new_code"], []).append(row["old_code"])
    return by_unit


@lru_cache(maxsize=1)
def _areas() -> list[dict]:
    return [row for row in _rows("units.csv") if row["map"]]


def _rows(name: str) -> list[dict]:
    """The rows of a data file of the city, none when the city has no such file."""
    path = city().data / name
    if not path.is_file():
        return []
    with path.open(newline="", encoding="utf-8") as file:
        return list(csv.DictReader(file))
