"""The rules that a city begins with (`notifications/data/<city>/mail_rules.toml`): loaded once, changes since stay."""

import tomllib
from pathlib import Path

from django.core.exceptions import ValidationError
from django.db import transaction

from districts.loading import BadData, Tally
from notifications.models import MailRule

DATA = Path(__file__).parent / "data"


@transaction.atomic
def load_city(code: str) -> dict[str, Tally]:
    """The rows that are not known yet; `BadData` names what the file says wrongly."""
    path = DATA / code / "mail_rules.toml"
    given = tomllib.loads(path.read_text(encoding="utf-8")).get("rule", []) if path.is_file() else []
    tally, known = Tally(), set(MailRule.objects.values_list("code", "role"))
    for facts in given:
        roles, codes = facts.pop("roles", [""]), facts.pop("codes")
        for key in [(each, role) for each in codes for role in roles]:
            if key in known:
                tally.unchanged += 1
                continue
            _make(key, facts)
            tally.created += 1
    return {"mail rules": tally}


def _make(key: tuple[str, str], facts: dict) -> None:
    try:
        row = MailRule(code=key[0], role=key[1], **facts)
        row.full_clean()
    except (TypeError, ValidationError) as exc:
        raise BadData([f"mail rule {key[0]} {key[1]}: {exc}"]) from exc
    row.save()
