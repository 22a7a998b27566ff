"""A report of one unit and period, made of its parts: from what was known at the cut-off."""

from datetime import datetime, timedelta

from django.utils import translation

from districts.cities import city
from districts.models import Unit
from indicators.periods import Period
from reports import naming
from reports.asked import Asked, Run
from reports.blocks import BLOCKS
from reports.models import ReportType
from reports.report import Report


def cut_off(type_: ReportType, period: Period) -> datetime:
    """What is known at this moment is what the report of the period says."""
    return period.end + timedelta(hours=type_.wait_hours)


def collect(run: Run, unit: Unit) -> Report:
    """In Vietnamese, whoever asks: it is a document of the city. Part by part as the manifest lists them."""
    asked = Asked(run, unit)
    with translation.override("vi"):
        blocks = [BLOCKS[code](asked) for code in run.type.blocks]
        return Report(
            code=run.type.code, title=run.type.name_vi, unit=unit.name_vi, unit_code=unit.code,
            period=naming.name(run.period), span=naming.span(run.period), cut_off=naming.moment(run.as_of),
            office=_office(run.type, asked), blocks=blocks)


def _office(type_: ReportType, asked: Asked) -> dict[str, str]:
    """Who issues and signs it, as the head and the foot of a document say it: the city's office, or the unit itself."""
    common = {"recipients": type_.recipients_vi.strip(), "place": city().name_vi}
    if asked.is_city:
        return common | {"above": type_.above_vi, "name": type_.office_vi, "for": type_.signed_for_vi,
                         "by": type_.signed_by_vi}
    above = type_.above_vi or type_.office_vi
    if asked.unit.is_area:
        return common | {"above": above, "name": f"ỦY BAN NHÂN DÂN {asked.unit.name_vi}".upper(),
                         "for": "TM. ỦY BAN NHÂN DÂN", "by": "CHỦ TỊCH"}
    return common | {"above": above, "name": asked.unit.name_vi.upper(), "for": "", "by": "THỦ TRƯỞNG ĐƠN VỊ"}
