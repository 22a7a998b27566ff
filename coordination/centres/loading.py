"""What a city's centres begin with (`coordination/data/<city>/centres.toml`): thresholds, modules, settings. Rows that
are there stay as they are."""

import tomllib
from pathlib import Path

from django.core.exceptions import ValidationError
from django.db import models, transaction

from coordination.models import CentreModule, CentreSetting, ConnectionRule
from districts.loading import BadData, Tally

DATA = Path(__file__).parent.parent / "data"


@transaction.atomic
def load_city(code: str) -> dict[str, Tally]:
    """The rows of the city's file that are not known yet."""
    path = DATA / code / "centres.toml"
    if not path.is_file():
        return {}
    given = tomllib.loads(path.read_text(encoding="utf-8"))
    if not CentreSetting.objects.exists():
        CentreSetting.objects.create(**given.get("setting", {}))
    return {"centre modules": add_missing(CentreModule, given.get("module", []), "code"),
            "connection rules": add_missing(ConnectionRule, given.get("rule", []), "sign")}


def add_missing(model: type[models.Model], given: list[dict], key: str) -> Tally:
    """The rows of a file whose key is not known yet; a fault is told with the key."""
    tally, known = Tally(), set(model._default_manager.values_list(key, flat=True))
    for facts in given:
        if facts[key] in known:
            tally.unchanged += 1
            continue
        row = model(**facts)
        try:
            row.full_clean()
        except ValidationError as exc:
            raise BadData(f"{model._meta.model_name} {facts[key]}: {exc}") from exc
        row.save()
        tally.created += 1
    return tally
