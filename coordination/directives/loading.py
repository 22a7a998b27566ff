"""How pressing directives can be (`coordination/data/<city>/directives.toml`): loaded once, changes since stay."""

import tomllib
from pathlib import Path
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction

from coordination.models import EscalationStep, Level
from districts.loading import BadData, Tally

DATA = Path(__file__).parents[1] / "data"


@transaction.atomic
def load_city(code: str) -> dict[str, Tally]:
    """Levels of directives with their steps; `BadData` names what a file says wrongly."""
    tally = Tally()
    for row in _read(code, "directives.toml").get("level", []):
        if Level.objects.filter(code=row["code"]).exists():
            tally.unchanged += 1
            continue
        try:
            _make(row)
        except (ValidationError, KeyError, ValueError) as exc:
            raise BadData(f"level {row.get('code', '?')}: {exc}") from exc
        tally.created += 1
    return {"levels of directives": tally}


def _read(code: str, name: str) -> dict[str, Any]:
    path = DATA / code / name
    return tomllib.loads(path.read_text(encoding="utf-8")) if path.is_file() else {}


def _make(row: dict[str, Any]) -> None:
    level = Level(**{name: value for name, value in row.items() if name != "steps"})
    level.full_clean()
    level.save()
    for after, whom in row["steps"]:
        step = EscalationStep(level=level, after=after, whom=whom)
        step.full_clean()
        step.save()
