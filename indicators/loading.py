"""The catalogue from files, again and again without harm: `manage.py load_indicators FILE`, and the city's own files.

Rows are found by their codes, changed where the file says otherwise, never deleted. A definition that figures were made
with is not changed: a new one begins at a later period.
"""

import csv
import tomllib
from collections.abc import Mapping
from datetime import date
from decimal import InvalidOperation
from pathlib import Path
from typing import Any

from django.contrib.postgres.fields import ArrayField
from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import Model

from districts.loading import BadData, Tally
from districts.models import Unit
from indicators import meaning
from indicators.formulas import Formula
from indicators.models import (
    Check,
    DemandedLine,
    DemandedReport,
    Indicator,
    IndicatorField,
    IndicatorVersion,
    ReminderTerm,
    SetItem,
    Target,
    Value,
    ValueSet,
)
from live import feed

DATA = Path(__file__).parent / "data"
DEFINITION = "definition"  # of a change in the feed: the id of a version that came later than its indicator
# Of an indicator's row: what belongs to its first definition.
OF_VERSION = frozenset(field.name for field in IndicatorVersion._meta.fields) - {"id", "indicator", "number"}
OF_INDICATOR = frozenset(field.name for field in Indicator._meta.fields) - {"id"}
OF_SET = frozenset(field.name for field in ValueSet._meta.fields) - {"id"}
OF_CHECK = frozenset(field.name for field in Check._meta.fields) - {"id"}
OF_REPORT = frozenset(field.name for field in DemandedReport._meta.fields) - {"id"}
OF_TARGET = frozenset(field.name for field in Target._meta.fields) - {"id", "indicator"}
FIRST_DAY = date(2000, 1, 1)


def load_city(code: str) -> dict[str, Tally]:
    """The catalogue of a city (`indicators/data/<city>/indicators.toml`), the checks of its values (`checks.toml`), the
    reports that its offices demand (`demanded_reports.toml`) and when who is reminded (`reminders.toml`); nothing where
    it has none."""
    names = ("indicators.toml", "checks.toml", "demanded_reports.toml", "reminders.toml")
    paths = [DATA / code / name for name in names]
    tallies: dict[str, Tally] = {}
    for path in filter(Path.is_file, paths):
        tallies |= {kind: tally for kind, tally in load(path).items() if kind not in tallies or tally != Tally()}
    return tallies


def load(path: Path) -> dict[str, Tally]:
    """All of a file (TOML, or CSV with one indicator a row) or nothing; `BadData` names every fault."""
    try:
        facts = read(path)
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError, csv.Error) as exc:
        raise BadData(f"{path.name}: {exc}") from exc
    return _Load(path.name, facts).run()


def read(path: Path) -> dict[str, list[dict]]:
    if path.suffix == ".csv":
        with path.open(newline="", encoding="utf-8-sig") as file:
            rows = [{key: value for key, value in row.items() if key and value} for row in csv.DictReader(file)]
        return {"indicators": rows}
    return tomllib.loads(path.read_text(encoding="utf-8"))


class _Load:
    def __init__(self, name: str, facts: Mapping[str, list[dict]]) -> None:
        self.name, self.facts = name, facts
        self.faults: list[str] = []
        self.tallies: dict[str, Tally] = {}

    @transaction.atomic
    def run(self) -> dict[str, Tally]:
        kinds = {"fields": self._field, "indicators": self._indicator, "sets": self._set, "checks": self._check,
                 "reports": self._report, "reminders": self._reminder}
        for kind, work in kinds.items():
            self.tallies[kind] = Tally()
            for place, row in enumerate(self.facts.get(kind, []), 1):
                self._one(kind, place, row, work)
        if unknown := self.facts.keys() - kinds.keys():
            self.faults.append(f"{self.name}: unknown: {', '.join(sorted(unknown))}")
        self.faults += [f"{self.name}: {fault}" for fault in meaning.unknown_operands()]
        if self.faults:
            raise BadData("\n".join(self.faults))
        return self.tallies

    def _one(self, kind: str, place: int, row: dict, work) -> None:
        called = f"{self.name}: {kind} {place} ({row.get('code', '?')})"
        try:
            work(row)
        except KeyError as exc:
            self.faults.append(f"{called}: {exc.args[0]} is missing")
        except ValidationError as exc:
            told = exc.message_dict.items() if hasattr(exc, "error_dict") else [("", exc.messages)]
            self.faults += [f"{called}: {name}: {' '.join(words)}" for name, words in told]
        except (ValueError, TypeError, InvalidOperation) as exc:
            self.faults.append(f"{called}: {exc}")

    def _field(self, row: dict) -> None:
        known = IndicatorField.objects.filter(code=row["code"]).first()
        self._save("fields", known or IndicatorField(code=row["code"]), row)

    def _indicator(self, row: dict) -> None:
        if strange := row.keys() - OF_INDICATOR - OF_VERSION - {"versions", "targets"}:
            raise ValueError(f"unknown: {', '.join(sorted(strange))}")
        own = {name: value for name, value in row.items() if name in OF_INDICATOR}
        own["field"] = _row(IndicatorField, own["field"])
        if own.get("owner"):
            own["owner"] = _unit(own["owner"])
        known = Indicator.objects.filter(code=row["code"]).first()
        indicator = self._save("indicators", known or Indicator(), own)
        inline = {name: value for name, value in row.items() if name in OF_VERSION}
        for number, version in enumerate(row.get("versions") or [{"begins": FIRST_DAY} | inline], 1):
            fresh = self._version(indicator, number, version)
            if fresh and known:  # somebody may follow it
                feed.hand(DEFINITION, [fresh.pk])
        for target in row.get("targets", []):
            self._target(indicator, target)

    def _version(self, indicator: Indicator, number: int, row: dict) -> IndicatorVersion | None:
        """The definition if it is new."""
        if row.get("formula"):
            Formula(row["formula"])
        known = indicator.versions.filter(number=number).first()
        fresh = known or IndicatorVersion(indicator=indicator, number=number)
        if known and _differs(fresh, _cast(fresh, row)) and Value.objects.filter(version=known).exists():
            words = {"definition_vi", "definition_en", "basis", "numerator_vi", "numerator_en", "denominator_vi",
                     "denominator_en"}
            if any(_differs(fresh, {name: value}) for name, value in _cast(fresh, row).items() if name not in words):
                raise ValueError(f"version {number} has figures: a new definition begins at a later period")
        if not known and number > 1 and (fault := meaning.beginning_fault(
                indicator, indicator.period_kind, fresh._meta.get_field("begins").to_python(row["begins"]))):
            raise ValueError(fault)
        self._save("indicators", fresh, row)
        return None if known else fresh

    def _target(self, indicator: Indicator, row: dict) -> None:
        if strange := row.keys() - OF_TARGET:
            raise ValueError(f"unknown in a target: {', '.join(sorted(strange))}")
        row = row | ({"unit": _unit(row["unit"])} if row.get("unit") else {})
        known = indicator.targets.filter(unit=row.get("unit"), begins=row["begins"]).first()
        self._save("indicators", known or Target(indicator=indicator), row)

    def _set(self, row: dict) -> None:
        if strange := row.keys() - OF_SET - {"indicators", "owing_units"}:
            raise ValueError(f"unknown: {', '.join(sorted(strange))}")
        own = {name: value for name, value in row.items() if name in OF_SET}
        chosen = self._save("sets", ValueSet.objects.filter(code=row["code"]).first() or ValueSet(), own)
        if "owing_units" in row:
            chosen.owing_units.set([_unit(code) for code in row["owing_units"]])
        for position, code in enumerate(row["indicators"]):
            indicator = _row(Indicator, code)
            if indicator.period_kind != chosen.period_kind:
                raise ValueError(f"{code} is of another kind of period than its set")
            SetItem.objects.update_or_create(
                indicator=indicator, defaults={"value_set": chosen, "position": position})

    def _check(self, row: dict) -> None:
        if strange := row.keys() - OF_CHECK - {"summands"}:
            raise ValueError(f"unknown: {', '.join(sorted(strange))}")
        own = {name: _row(Indicator, value) if name in ("indicator", "other") else value
               for name, value in row.items() if name in OF_CHECK}
        check = self._save("checks", Check.objects.filter(code=row["code"]).first() or Check(), own)
        if "summands" in row:
            check.summands.set([_row(Indicator, code) for code in row["summands"]])

    def _report(self, row: dict) -> None:
        """A demanded report with its lines; one that is there already belongs to the analysts and stays as it is."""
        if strange := row.keys() - OF_REPORT - {"lines"}:
            raise ValueError(f"unknown: {', '.join(sorted(strange))}")
        if DemandedReport.objects.filter(code=row["code"]).exists():
            self.tallies["reports"].unchanged += 1
            return
        own = {name: value for name, value in row.items() if name in OF_REPORT}
        report = self._save("reports", DemandedReport(), own | {"demanded_by": _unit(row["demanded_by"])})
        for position, line in enumerate(row["lines"]):
            indicator = _row(Indicator, line["indicator"]) if line.get("indicator") else None
            DemandedLine.objects.create(report=report, position=position, text=line["text"], indicator=indicator)

    def _reminder(self, row: dict) -> None:
        """When who is reminded; one that is there already is the city's and stays as it is."""
        own = dict(row) | {"value_set": _row(ValueSet, row["set"]) if row.get("set") else None}
        own.pop("set", None)
        if ReminderTerm.objects.filter(value_set=own["value_set"], days=own["days"], who=own["who"]).exists():
            self.tallies["reminders"].unchanged += 1
        else:
            self._save("reminders", ReminderTerm(), own)

    def _save(self, kind: str, fresh: Model, row: dict) -> Any:
        tally, values, is_new = self.tallies[kind], _cast(fresh, row), fresh.pk is None
        if not is_new and not _differs(fresh, values):
            tally.unchanged += 1
            return fresh
        for name, value in values.items():
            setattr(fresh, name, value)
        fresh.full_clean()
        fresh.save()
        tally.created += is_new
        tally.changed += not is_new
        return fresh


def _cast(model: Model, row: dict) -> dict:
    """Texts of a file as what the columns hold."""
    fields = {field.name: field for field in model._meta.fields}
    values = {}
    for name, value in row.items():
        if name not in fields:
            continue
        field = fields[name]
        if isinstance(field, ArrayField) and isinstance(value, list):
            values[name] = [field.base_field.to_python(str(one)) for one in value]
            continue
        if isinstance(value, float):
            value = str(value)
        plain = isinstance(value, str | int) and not field.is_relation
        values[name] = field.to_python(value) if plain else value
    return values


def _differs(model: Model, values: dict) -> bool:
    return any(getattr(model, name) != value for name, value in values.items())


def _row(model: Any, code: str) -> Any:
    found = model.objects.filter(code=code).first()
    if found is None:
        raise ValueError(f"there is no {model._meta.model_name} {code!r}")
    return found


def _unit(code: str) -> Unit:
    found = Unit.objects.filter(code=code).order_by("-valid_from").first()
    if found is None:
        raise ValueError(f"there is no unit {code!r}")
    return found
