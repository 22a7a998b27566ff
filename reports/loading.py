"""Types of reports from the city's own file (`reports/data/<city>/reports.toml`), again and again without harm: rows
are found by their code, and what was changed in the admin since stays."""

import tomllib
from datetime import date
from pathlib import Path

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone

from districts.loading import BadData, Tally
from indicators import owed
from indicators.models import DemandedReport, IndicatorField
from reports.blocks import BLOCKS
from reports.models import ReportType

DATA = Path(__file__).parent / "data"
LINKS: dict[str, type[IndicatorField] | type[DemandedReport]] = {"fields": IndicatorField, "replaces": DemandedReport}


def load_city(code: str) -> dict[str, Tally]:
    """The types that the city's file names and that are not known yet; nothing where it has none."""
    path = DATA / code / "reports.toml"
    if not path.is_file():
        return {}
    tally = Tally()
    with transaction.atomic():
        for place, row in enumerate(tomllib.loads(path.read_text(encoding="utf-8")).get("report", []), 1):
            if ReportType.objects.filter(code=row["code"]).exists():
                tally.unchanged += 1
            else:
                _make(row, place)
                tally.created += 1
    return {"report types": tally}


def _make(row: dict, place: int) -> None:
    links = {name: row.pop(name, []) for name in LINKS}
    unknown = set(row["blocks"]) - BLOCKS.keys()
    if unknown:
        raise BadData([f"report {row['code']}: no part {sorted(unknown)[0]!r}"])
    made = ReportType(position=place, **{"begins": _running(row["period_kind"])} | row)
    try:
        made.full_clean()
    except ValidationError as exc:
        raise BadData("\n".join(f"report {row['code']}: {fault}" for fault in exc.messages)) from exc
    made.save()
    for name, codes in links.items():
        found = list(LINKS[name].objects.filter(code__in=codes))
        if len(found) != len(codes):
            raise BadData([f"report {row['code']}: {name} names a code that does not exist"])
        getattr(made, name).set(found)


def _running(kind: str) -> date:
    """The first day of the period that runs: reports begin with it."""
    return owed.first_day(owed.rule().at(kind, timezone.now()))
