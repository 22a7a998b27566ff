"""The city's levels and playbooks (`coordination/data/<city>/incidents.toml`): loaded once, changes since stay."""

import tomllib
from pathlib import Path

from django.core.exceptions import ValidationError
from django.db import transaction

from coordination.models import CityLevel, Playbook, PlaybookStep
from districts.loading import BadData, Tally

DATA = Path(__file__).parents[1] / "data"


@transaction.atomic
def load_city(code: str) -> dict[str, Tally]:
    """The rows that are not known yet; `BadData` names what the file says wrongly."""
    path = DATA / code / "incidents.toml"
    given = tomllib.loads(path.read_text(encoding="utf-8")) if path.is_file() else {}
    levels, playbooks = Tally(), Tally()
    for row in given.get("level", []):
        known = CityLevel.objects.filter(number=row["number"]).exists()
        levels.unchanged += known
        if not known:
            _kept(CityLevel(**row), f"level {row['number']}")
            levels.created += 1
    for row in given.get("playbook", []):
        known = Playbook.objects.filter(code=row["code"]).exists()
        playbooks.unchanged += known
        if not known:
            _playbook(row)
            playbooks.created += 1
    return {"city levels": levels, "playbooks": playbooks}


def _playbook(row: dict) -> None:
    book = Playbook(**{name: value for name, value in row.items() if name != "steps"})
    _kept(book, f"playbook {row['code']}")
    for position, (form, text, minutes) in enumerate(row["steps"], 1):
        step = PlaybookStep(playbook=book, position=position, form=form, text=text, minutes=minutes)
        _kept(step, f"playbook {row['code']}, step {position}")


def _kept(row: CityLevel | Playbook | PlaybookStep, name: str) -> None:
    try:
        row.full_clean()
    except ValidationError as exc:
        raise BadData(f"{name}: {exc}") from exc
    row.save()
