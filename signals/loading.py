"""Rules that a city begins with (`signals/data/<city>/alert_rules.toml`): at rest until somebody activates them."""

import tomllib
from pathlib import Path

from django.core.exceptions import ValidationError
from django.db import transaction

from districts.loading import BadData, Tally
from indicators.models import Indicator
from signals.models import AlertRule

DATA = Path(__file__).parent / "data"


@transaction.atomic
def load_city(code: str) -> dict[str, Tally]:
    """The rules of the city's file that are not known yet; what was changed since stays."""
    path, tally = DATA / code / "alert_rules.toml", Tally()
    if not path.is_file():
        return {}
    for row in tomllib.loads(path.read_text(encoding="utf-8")).get("rule", []):
        if AlertRule.objects.filter(code=row["code"]).exists():
            tally.unchanged += 1
            continue
        try:
            rule = AlertRule(**row | {"indicator": Indicator.objects.get(code=row["indicator"])})
            rule.full_clean()
        except (Indicator.DoesNotExist, ValidationError) as exc:
            raise BadData(f"alert rule {row['code']}: {exc}") from exc
        rule.save()
        tally.created += 1
    return {"alert rules": tally}
