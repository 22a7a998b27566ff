"""What a city's register begins with (`coordination/data/<city>/investments.toml`): components, tiers, risks, words.
Rows that are there stay as they are."""

import tomllib

from django.db import transaction

from coordination.investments import likeness
from coordination.models import Component, MatchRule, Risk, Tier, WordGroup
from coordination.rows import DATA, add_missing
from districts.loading import Tally


@transaction.atomic
def load_city(code: str) -> dict[str, Tally]:
    """The rows of the city's file that are not known yet."""
    path = DATA / code / "investments.toml"
    if not path.is_file():
        return {}
    given = tomllib.loads(path.read_text(encoding="utf-8"))
    if not MatchRule.objects.exists():
        MatchRule.objects.create(**given.get("match", {}))
    loaded = {"tiers": add_missing(Tier, given.get("tier", []), "code"),
              "risks": add_missing(Risk, given.get("risk", []), "code"),
              "components": add_missing(Component, given.get("component", []), "code"),
              "words": add_missing(WordGroup, given.get("words", []), "code")}
    if loaded["components"].created:
        _add_near(given.get("near", []))
    if loaded["words"].created:
        likeness.refold()
    return loaded


def _add_near(pairs: list[dict]) -> None:
    known = {one.code: one for one in Component.objects.all()}
    for pair in pairs:
        known[pair["one"]].near.add(known[pair["other"]])
