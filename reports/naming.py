"""How periods and editions are called."""

from datetime import datetime
from zoneinfo import ZoneInfo

from districts.cities import city
from indicators import owed, saying
from indicators.periods import CUT_OFFS, Kind, Period
from reports.models import Edition


def period_of(edition: Edition) -> Period:
    return owed.rule().at(edition.type.period_kind, edition.start)


def name(period: Period) -> str:
    """“Tháng 10/2026”, “Ngày 26/11/2026”."""
    said = saying.period(period)
    return f"Ngày {said}" if period.kind == Kind.DAY else f"{said[0].upper()}{said[1:]}"


def span(period: Period) -> str:
    """“từ ngày 15/10/2026 đến hết ngày 14/11/2026”; of 1022's months the hours too."""
    if period.kind in CUT_OFFS and period.start.astimezone(_zone()).hour:
        return f"từ {moment(period.start)} đến {moment(period.end)}"
    first, last = owed.first_day(period), owed.last_day(period)
    if first == last:
        return f"ngày {first:%d/%m/%Y}"
    return f"từ ngày {first:%d/%m/%Y} đến hết ngày {last:%d/%m/%Y}"


def moment(when: datetime) -> str:
    """“12 giờ ngày 25/10/2026”."""
    local = when.astimezone(_zone())
    minutes = f" {local.minute} phút" if local.minute else ""
    return f"{local.hour} giờ{minutes} ngày {local:%d/%m/%Y}"


def _zone() -> ZoneInfo:
    return city().time_zone
