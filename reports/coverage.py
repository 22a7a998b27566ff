"""Which demanded reports the reports here stand for, and which of their lines: told to the register."""

from django.urls import reverse

from indicators.demanded import Writing
from indicators.models import Indicator
from reports.models import ReportType


def written() -> list[Writing]:
    """Every type that stands for a demanded report, with what of it is printed."""
    types = ReportType.objects.filter(closed_on=None, replaces__isnull=False).distinct()
    return [
        Writing(
            name=type_.name, url=f"{reverse('reports')}?loai={type_.code}",
            reports={report.pk for report in type_.replaces.all()},
            fields={field.pk for field in type_.fields.all()},
            sources=_sources(type_))
        for type_ in types.prefetch_related("replaces", "fields")
    ]


def _sources(type_: ReportType) -> set[str]:
    found: set[str] = set()
    if "indicators" in type_.blocks:
        found |= {Indicator.Source.DELIVERED, Indicator.Source.FORMULA}
    return found | {Indicator.Source.HOTLINE} if "hotline" in type_.blocks else found
