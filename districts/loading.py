"""From a city's data files to rows, again and again without harm: `manage.py load_units`.

Rows are found by their natural keys, changed only where the file says otherwise, never deleted (tickets point
to them). Rows that an office entered by hand are not touched.
"""

import csv
from collections import Counter
from dataclasses import dataclass, field
from datetime import date, time, timedelta
from decimal import Decimal, InvalidOperation
from pathlib import Path

import holidays
from django.db import transaction

from .calendar import parse_spans
from .cities import City
from .models import CalendarDay, Kind, Succession, Unit, WorkingSpan, slug_of

DayKind, Origin = CalendarDay.DayKind, CalendarDay.Origin


class BadData(ValueError):
    """A data file cannot be loaded; the message has one line per fault, each with file and line."""


@dataclass
class Tally:
    """What a load did, per table."""

    created: int = 0
    changed: int = 0
    unchanged: int = 0
    removed: int = 0
    kept: list[str] = field(default_factory=list)

    def __str__(self) -> str:
        text = f"{self.created} created, {self.changed} changed, {self.unchanged} unchanged"
        return text + (f", {self.removed} removed" if self.removed else "")

    @property
    def quiet(self) -> bool:
        return not (self.created or self.changed or self.removed)


@transaction.atomic
def load(city: City) -> dict[str, Tally]:
    """Units, succession, office hours and calendar of `city`; all or nothing. Raises `BadData`."""
    rows = _checked_units(city)
    return {
        "units": _sync_units(rows),
        "succession": _sync_succession(city),
        "office hours": _sync_office_hours(city),
        "calendar days": _sync_calendar(city),
    }


# Units

TEXTS = ("code", "kind", "name_vi", "short_name_vi", "name_en", "short_name_en", "map", "phone")
UNASSIGNED = {
    "code": "unassigned",
    "kind": Kind.UNASSIGNED,
    "name_vi": "Chưa phân đơn vị",
    "short_name_vi": "Chưa phân",
    "name_en": "Unassigned",
    "short_name_en": "Unassigned",
}


def _checked_units(city: City) -> list[dict]:
    """The rows of `units.csv` as field values (parent as a code), the city first, `unassigned` added."""
    faults, rows = [], []
    for line, raw in _lines(city, "units.csv"):
        try:
            rows.append(_unit_fields(raw, city))
        except (ValueError, InvalidOperation) as exc:
            faults.append(f"units.csv:{line}: {exc}")
    faults += _clashes(rows)
    if faults:
        raise BadData("\n".join(faults))
    first_day = min(row["valid_from"] for row in rows)
    blank = dict.fromkeys(rows[0], None) | dict.fromkeys(TEXTS, "")
    rows.append(blank | UNASSIGNED | {"parent": city.unit_code, "valid_from": first_day})
    return sorted(rows, key=lambda row: row["kind"] != Kind.CITY)


# Units of another register: code, name, group, first and last month

REGISTER = ("code", "group", "first_month", "last_month")  # and "name", which is the code where it lacks


@transaction.atomic
def load_register(path: Path, city: City) -> Tally:
    """Units below the city from a CSV file (`REGISTER`; an empty last month is open); all or nothing, or `BadData`.

    A unit is found by its code; its months may change. Units that the file does not name stay as they are.
    """
    tally, faults, rows = Tally(), [], []
    try:
        with path.open(newline="", encoding="utf-8-sig") as file:
            reader = csv.DictReader(file)
            if lacking := [name for name in REGISTER if name not in (reader.fieldnames or [])]:
                raise BadData(f"{path.name}: its columns lack {', '.join(lacking)}")
            for line, raw in enumerate(reader, start=2):
                try:
                    rows.append(_registered(raw))
                except ValueError as exc:
                    faults.append(f"{path.name}:{line}: {exc}")
    except (OSError, UnicodeDecodeError, csv.Error) as exc:
        raise BadData(f"{path.name}: {exc}") from exc
    counts = Counter(row["code"] for row in rows)
    faults += [f"{path.name}: {code} occurs {n} times" for code, n in counts.items() if n > 1]
    if faults:
        raise BadData("\n".join(faults))
    parent, slugs = Unit.objects.city(), set(Unit.objects.values_list("slug", flat=True))
    known = {unit.code: unit for unit in Unit.objects.order_by("valid_from")}
    for row in rows:
        unit = known.get(row["code"]) or Unit(slug=_free_slug(row | {"valid_from": row["code"]}, slugs))
        _save_if_changed(unit, row | {"parent_id": parent.pk}, tally)
    return tally


def _registered(raw: dict) -> dict:
    code = (raw["code"] or "").strip()
    name = (raw.get("name") or code).strip()
    if not code:
        raise ValueError("code is empty")
    first = date.fromisoformat(f"{raw['first_month']}-01")
    last = date.fromisoformat(f"{raw['last_month']}-01") if raw["last_month"] else None
    if last and last < first:
        raise ValueError(f"{code}: its last month is before its first")
    end = (last.replace(day=28) + timedelta(days=4)).replace(day=1) - timedelta(days=1) if last else None
    return {
        "code": code, "kind": Kind.PROVIDER, "name_vi": name[:120], "short_name_vi": name[:60], "name_en": name[:120],
        "short_name_en": name[:60], "group": raw["group"].strip()[:60], "valid_from": first, "valid_to": end,
    }


def _unit_fields(raw: dict, city: City) -> dict:
    row = {name: raw[name].strip() for name in TEXTS} | {
        "parent": raw["parent_code"],
        "valid_from": date.fromisoformat(raw["valid_from"]),
        "valid_to": date.fromisoformat(raw["valid_to"]) if raw["valid_to"] else None,
        "area_km2": Decimal(raw["area_km2"]) if raw["area_km2"] else None,
    }
    for name, cast in [
        ("population", int),
        ("label_lat", float),
        ("label_lon", float),
        ("tile_col", int),
        ("tile_row", int),
    ]:
        row[name] = cast(raw[name]) if raw[name] else None
    if row["kind"] not in Kind.values:
        raise ValueError(f"{row['code']}: unknown kind {row['kind']!r}")
    if row["map"] and row["map"] not in city.maps:
        raise ValueError(f"{row['code']}: map {row['map']!r} is not in city.toml")
    missing = [name for name in ("code", "name_vi", "short_name_vi", "name_en") if not row[name]]
    if missing:
        raise ValueError(f"{row['code']}: {', '.join(missing)} is empty")
    return row


def _clashes(rows: list[dict]) -> list[str]:
    """What is wrong between rows: doubled keys, two units on one tile, a missing parent or city."""
    keys = Counter((row["code"], row["valid_from"]) for row in rows)
    tiles = Counter((row["map"], row["tile_col"], row["tile_row"]) for row in rows if row["tile_col"] is not None)
    codes = {row["code"] for row in rows}
    faults = [f"units.csv: {code} from {day} occurs {n} times" for (code, day), n in keys.items() if n > 1]
    faults += [f"units.csv: {n} units of map {m} share the tile {c},{r}" for (m, c, r), n in tiles.items() if n > 1]
    faults += [
        f"units.csv: {row['code']}: its parent {row['parent']} is not in the file"
        for row in rows
        if row["parent"] and row["parent"] not in codes
    ]
    cities = sum(row["kind"] == Kind.CITY for row in rows)
    return faults + ([] if cities == 1 else [f"units.csv: {cities} rows of kind city, there must be one"])


def _sync_units(rows: list[dict]) -> Tally:
    tally, known = Tally(), {(u.code, u.valid_from): u for u in Unit.objects.all()}
    newest = {unit.code: unit for unit in sorted(known.values(), key=lambda u: u.valid_from)}
    slugs = {unit.slug for unit in known.values()}
    for row in rows:
        key = row["code"], row["valid_from"]
        values = row | {"parent_id": newest[row["parent"]].pk if row["parent"] else None}
        del values["parent"]
        unit = known.pop(key, None) or Unit(slug=_free_slug(row, slugs))
        newest[row["code"]] = _save_if_changed(unit, values, tally)
    tally.kept = [f"{unit.code} {unit.name_vi}" for unit in known.values()]
    return tally


def _free_slug(row: dict, taken: set[str]) -> str:
    """From the name, with the code where two names fold to one (Thanh An, Thạnh An); once given it stays."""
    name = slug_of(row["name_vi"])
    slug = next(s for s in (name, f"{name}-{row['code']}", f"{name}-{row['valid_from']}") if s not in taken)
    taken.add(slug)
    return slug


def _save_if_changed(row, values: dict, tally: Tally):
    """`row` with `values`, written only when something differs."""
    if row.pk is None:
        tally.created += 1
    elif all(getattr(row, name) == value for name, value in values.items()):
        tally.unchanged += 1
        return row
    else:
        tally.changed += 1
    for name, value in values.items():
        setattr(row, name, value)
    row.save()
    return row


def _sync_succession(city: City) -> Tally:
    tally = Tally()
    units = {(unit.code, unit.valid_from.isoformat()): unit for unit in Unit.objects.all()}
    known = {(row.old_id, row.new_id): row for row in Succession.objects.all()}
    faults = []
    for line, raw in _lines(city, "succession.csv", optional=True):
        pair = [units.get((raw[f"{side}_code"], raw[f"{side}_valid_from"])) for side in ("old", "new")]
        if None in pair or raw["extent"] not in Succession.Extent.values:
            faults.append(f"succession.csv:{line}: {raw['old_code']} → {raw['new_code']}: unknown unit or extent")
            continue
        old, new = pair
        row = known.get((old.pk, new.pk)) or Succession(old=old, new=new)
        _save_if_changed(row, {"extent": raw["extent"], "basis": raw["basis"]}, tally)
    if faults:
        raise BadData("\n".join(faults))
    return tally


# Calendar


def _sync_office_hours(city: City) -> Tally:
    """The city's office hours when there are none yet; afterwards they are the office's own to change."""
    present = WorkingSpan.objects.filter(unit=None).count()
    if present:
        return Tally(unchanged=present)
    rows = [
        WorkingSpan(weekday=weekday, start=time(*divmod(start, 60)), end=time(*divmod(end, 60)))
        for weekday in city.office_weekdays
        for start, end in parse_spans(city.office_spans)
    ]
    return Tally(created=len(WorkingSpan.objects.bulk_create(rows)))


def _sync_calendar(city: City) -> Tally:
    """Holidays as computed, overruled by decisions (`calendar.csv`), overruled by rows entered by hand."""
    wanted = computed_days(city) | _decided_days(city)
    known = {row.date: row for row in CalendarDay.objects.filter(unit=None)}
    tally = Tally()
    for day, values in sorted(wanted.items()):
        row = known.pop(day, None) or CalendarDay(date=day, origin=values["origin"])
        if row.pk and row.origin == Origin.OFFICE:
            tally.unchanged += 1
        else:
            _save_if_changed(row, values, tally)
    stale = [row.pk for row in known.values() if row.origin != Origin.OFFICE]
    tally.removed = CalendarDay.objects.filter(pk__in=stale).delete()[0]
    return tally


def computed_days(city: City) -> dict[date, dict]:
    """Public holidays of the city's country, with the make-up working days they were swapped for."""
    first, last = city.calendar_years
    years = range(first, last + 1)
    native, english = (
        holidays.country_holidays(city.country, subdiv=city.subdivision or None, years=years, language=language)
        for language in ("vi" if city.country == "VN" else "en_US", "en_US")
    )
    days = {
        day: _day(DayKind.HOLIDAY, *_holiday_name(city, name, english.get(day, name))) for day, name in native.items()
    }
    for day in native.weekend_workdays:
        days[day] = _day(DayKind.WORKING, "Làm bù ngày nghỉ hoán đổi", "Make-up working day")
    return {day: values for day, values in days.items() if first <= day.year <= last}


def _holiday_name(city: City, native: str, english: str) -> tuple[str, str]:
    return next((names for part, names in city.holiday_names.items() if part in native), (native, english))


def _decided_days(city: City) -> dict[date, dict]:
    days, faults = {}, []
    for line, raw in _lines(city, "calendar.csv", optional=True):
        try:
            parse_spans(raw["spans"])
            kind = DayKind(raw["kind"])
            days[date.fromisoformat(raw["date"])] = _day(
                kind,
                raw["name_vi"],
                raw["name_en"],
                spans=raw["spans"],
                decision=raw["decision"],
                remark=raw["remark"],
                origin=Origin.DECISION,
            )
        except ValueError as exc:
            faults.append(f"calendar.csv:{line}: {exc}")
    if faults:
        raise BadData("\n".join(faults))
    return days


def _day(kind, name_vi, name_en, *, spans="", decision="", remark="", origin=Origin.COMPUTED) -> dict:
    return {
        "kind": kind,
        "name_vi": name_vi,
        "name_en": name_en,
        "spans": spans,
        "decision": decision,
        "remark": remark,
        "origin": origin,
    }


def _lines(city: City, name: str, optional: bool = False):
    """(line number, row) of a CSV file of the city; a missing optional file is an empty one."""
    path = city.data / name
    if not path.is_file():
        if optional:
            return
        raise BadData(f"{name} is missing for city {city.code}")
    with path.open(newline="", encoding="utf-8") as file:
        yield from enumerate(csv.DictReader(file), start=2)
