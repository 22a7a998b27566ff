"""Indicators and their figures as plain rows, for the API and the command."""

from datetime import datetime, timedelta
from decimal import Decimal

from indicators import owed
from indicators.answers import Answer, Cell, unit_codes
from indicators.models import Indicator

NUMBERS = ("value", "numerator", "denominator")


def indicator(chosen: Indicator) -> dict:
    """A row of the catalogue with the definition in force last."""
    version = list(chosen.versions.all())[-1]
    return {
        "code": chosen.code, "name_vi": chosen.name_vi, "name_en": chosen.name_en, "field": chosen.field.code,
        "measure": chosen.measure_vi, "decimals": chosen.decimals, "polarity": chosen.polarity,
        "period": chosen.period_kind, "source": chosen.source, "city_value": chosen.city_value, "access": chosen.access,
        "owner": chosen.owner.code if chosen.owner else None, "version": version.number,
        "begins": version.begins.isoformat(), "definition": version.definition, "kind": version.kind,
        "factor": plain(version.factor), "over_time": version.over_time, "over_territory": version.over_territory,
        "formula": version.formula or None,
    }


def answer(found: Answer, *, units: bool) -> dict:
    """`{"start", "end", "city", "units": {code: cell}}`; the days are local, both included."""
    shown = {
        "start": _day(found.period.start), "end": _day(found.period.end - timedelta(microseconds=1)),
        "city": cell(found.city),
    }
    if units:
        codes = unit_codes(found.units)
        shown["units"] = {codes[pk]: cell(found.units[pk]) for pk in sorted(found.units, key=codes.__getitem__)}
    return shown


def cell(found: Cell) -> dict:
    """Exact numbers, not rounded."""
    return {name: plain(getattr(found, name)) for name in NUMBERS} | {
        "flag": found.flag, "owed": found.owed, "delivered": found.delivered, "on_time": found.on_time,
        "units_counted": found.units_counted, "why": str(found.why) if found.why else None}


def plain(number: Decimal | None) -> int | float | None:
    if number is None:
        return None
    return int(number) if number == number.to_integral_value() else float(number)


def _day(moment: datetime) -> str:
    return moment.astimezone(owed.rule().zone).date().isoformat()
