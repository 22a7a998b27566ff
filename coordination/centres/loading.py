"""What a city's centres begin with (`coordination/data/<city>/centres.toml`): thresholds, modules, settings. Rows that
are there stay as they are."""

import tomllib

from django.db import transaction

from coordination.models import (
    CentreModule,
    CentreSetting,
    ConnectionRule,
    Criterion,
    MaturityLevel,
    MaturityScale,
)
from coordination.rows import DATA, add_missing
from districts.loading import Tally


@transaction.atomic
def load_city(code: str) -> dict[str, Tally]:
    """The rows of the city's file that are not known yet."""
    path = DATA / code / "centres.toml"
    if not path.is_file():
        return {}
    given = tomllib.loads(path.read_text(encoding="utf-8"))
    if not CentreSetting.objects.exists():
        CentreSetting.objects.create(**given.get("setting", {}))
    _load_scale(code)
    return {"centre modules": add_missing(CentreModule, given.get("module", []), "code"),
            "connection rules": add_missing(ConnectionRule, given.get("rule", []), "sign")}


def _load_scale(code: str) -> None:
    """An edition of levels and criteria that is not known yet, as a whole."""
    path = DATA / code / "maturity.toml"
    given = tomllib.loads(path.read_text(encoding="utf-8")) if path.is_file() else {}
    facts = given.get("scale", {})
    if not facts or MaturityScale.objects.filter(code=facts["code"]).exists():
        return
    scale = MaturityScale.objects.create(**facts)
    MaturityLevel.objects.bulk_create(MaturityLevel(scale=scale, **row) for row in given["level"])
    Criterion.objects.bulk_create(Criterion(scale=scale, **row) for row in given["criterion"])
