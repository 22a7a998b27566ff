"""What a city's centres begin with (`coordination/data/<city>/centres.toml`): thresholds, modules, settings. Rows that
are there stay as they are."""

import tomllib

from django.db import transaction

from coordination.models import CentreModule, CentreSetting, ConnectionRule
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
    return {"centre modules": add_missing(CentreModule, given.get("module", []), "code"),
            "connection rules": add_missing(ConnectionRule, given.get("rule", []), "sign")}
