"""Who uses an indicator: formulas, sets, demanded reports, targets, checks, people."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from django.utils.translation import get_language

from hcmc_ioc.lib.caching import ttl_cache
from indicators.formulas import understood
from indicators.models import DemandedLine, DemandedReport, Indicator, IndicatorVersion, Subscription, ValueSet


@dataclass(frozen=True)
class Uses:
    formulas: tuple[Indicator, ...] = ()
    sets: tuple[ValueSet, ...] = ()
    reports: tuple[str, ...] = ()
    targets: int = 0
    checks: int = 0
    subscribers: int = 0

    @property
    def is_used(self) -> bool:
        return bool(self.formulas or self.sets or self.reports or self.targets or self.checks or self.subscribers)


def of(indicator: Indicator) -> Uses:
    """What rests on the indicator now."""
    return Uses(
        formulas=tuple(Indicator.objects.in_use().filter(
            versions__formula__contains=f"[{indicator.code}]").distinct().order_by("name_vi")),
        sets=tuple(ValueSet.objects.filter(items__indicator=indicator)),
        reports=tuple(dict.fromkeys(
            line.report.name for line in indicator.demanded_lines.select_related("report").order_by("pk"))),
        targets=indicator.targets.count(), checks=indicator.checks.count(),
        subscribers=indicator.subscriptions.count())


@dataclass
class Readers:
    """Who takes a figure that is keyed in a cell: reports still demanded, formulas, people who follow it."""

    reports: list[str]
    formulas: list[str]
    subscribers: int = 0


@ttl_cache(seconds=10, key=lambda indicators: (get_language(), *(one.pk for one in indicators)))
def readers(indicators: Sequence[Indicator]) -> dict[int, Readers]:
    """Of many indicators at once, in three queries; ten seconds old at worst."""
    found = {one.pk: Readers([], []) for one in indicators}
    lines = DemandedLine.objects.filter(indicator__in=found, report__state=DemandedReport.State.DEMANDED)
    for line in lines.select_related("report").order_by("report__code"):
        names = found[line.indicator_id].reports if line.indicator_id else []
        if line.report.name not in names:
            names.append(line.report.name)
    codes = {one.code: one.pk for one in indicators}
    versions = IndicatorVersion.objects.exclude(formula="").filter(indicator__closed_on=None)
    for version in versions.select_related("indicator").order_by("indicator__code"):
        for code in understood(version.formula).codes & codes.keys():
            if version.indicator.name not in (names := found[codes[code]].formulas):
                names.append(version.indicator.name)
    followed = Subscription.objects.filter(indicator__in=found).values_list("indicator_id", flat=True)
    for pk, count in Counter(followed).items():
        found[pk].subscribers = count
    return found
