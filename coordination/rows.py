"""Rows that a city begins with, from its files: what is there stays as it is."""

from pathlib import Path

from django.core.exceptions import ValidationError
from django.db import models

from districts.loading import BadData, Tally

DATA = Path(__file__).parent / "data"


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
