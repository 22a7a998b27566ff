"""Loads categories, channels and rules from the city's readable files. Idempotent; the only writer of these rows
beside the admin.

Files under `feedback/data/<city>/`: channels.csv, categories.csv, deadline_rules.csv, routing_rules.csv. A row whose
`code` exists is left as the admin made it unless `overwrite` is asked: the city's own changes outlive an upgrade.
"""

import csv
from datetime import date, time
from pathlib import Path

from django.db import transaction

from districts.models import Unit
from feedback.models import Category, Channel, DeadlineRule, RoutingRule

DATA = Path(__file__).parents[1] / "data"


class BadFile(Exception):
    """A catalogue file that cannot be loaded; says file, line and reason."""


@transaction.atomic
def load(city: str, *, overwrite: bool = False) -> dict[str, int]:
    """Load the city's files; returns how many rows of each kind were created or changed."""
    changed = {}
    for name, model, read in (
        ("channels", Channel, _channel),
        ("categories", Category, _category),
        ("deadline_rules", DeadlineRule, _deadline_rule),
        ("routing_rules", RoutingRule, _routing_rule),
    ):
        path = DATA / city / f"{name}.csv"
        changed[name] = 0
        for line, row in _rows(path):
            if not overwrite and model.objects.filter(code=row["code"]).exists():
                continue
            try:
                values = read(row) | {"position": line - 1}
            except (KeyError, ValueError, LookupError) as exc:
                raise BadFile(f"{path.name}, line {line}: {exc}") from exc
            coordinating = values.pop("coordinating", None)
            saved, _created = model.objects.update_or_create(code=row["code"], defaults=values)
            if coordinating is not None and isinstance(saved, RoutingRule):
                saved.coordinating.set(coordinating)
            changed[name] += 1
    return changed


def _rows(path: Path):
    with path.open(encoding="utf-8", newline="") as file:
        yield from enumerate(csv.DictReader(file), start=2)


def _yes(text: str) -> bool:
    return text == "yes"


def _day(text: str) -> date | None:
    return date.fromisoformat(text) if text else None


def _clock(text: str) -> time | None:
    return time.fromisoformat(text) if text else None


def _found(model, code: str):
    if not code:
        return None
    row = model.objects.filter(code=code).first()
    if row is None:
        raise LookupError(f"{model._meta.model_name} {code!r} does not exist")
    return row


def _unit(code: str) -> Unit:
    unit = Unit.objects.in_force().filter(code=code).first() or Unit.objects.filter(code=code).last()
    if unit is None:
        raise LookupError(f"unit {code!r} does not exist: run load_units first")
    return unit


def _channel(row: dict) -> dict:
    return {"name_vi": row["name_vi"], "name_en": row["name_en"]}


def _category(row: dict) -> dict:
    return {
        "parent": _found(Category, row["parent"]),
        "name_vi": row["name_vi"],
        "name_en": row["name_en"],
        "urgency": row["urgency"],
        "is_public": _yes(row["is_public"]),
        "needs_several": _yes(row["needs_several"]),
        "keywords": row["keywords"],
    }


def _deadline_rule(row: dict) -> dict:
    return {
        "kind": row["kind"],
        "category": _found(Category, row["category"]),
        "urgency": row["urgency"],
        "needs_several": _yes(row["needs_several"]) if row["needs_several"] else None,
        "amount": int(row["amount"]),
        "amount_unit": row["amount_unit"],
        "valid_from": _day(row["valid_from"]),
        "valid_to": _day(row["valid_to"]),
        "regulation": row["regulation"],
        "note": row["note"],
    }


def _routing_rule(row: dict) -> dict:
    to_area = row["responsible"] == "area"
    return {
        "category": _found(Category, row["category"]),
        "area": _unit(row["area"]) if row["area"] else None,
        "urgency": row["urgency"],
        "weekdays": row["weekdays"],
        "time_from": _clock(row["time_from"]),
        "time_to": _clock(row["time_to"]),
        "to_area": to_area,
        "responsible": None if to_area else _unit(row["responsible"]),
        "coordinating": [_unit(code) for code in row["coordinating"].split()],
        "valid_from": _day(row["valid_from"]),
        "valid_to": _day(row["valid_to"]),
        "note": row["note"],
    }
