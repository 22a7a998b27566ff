"""Who uses an indicator: formulas, sets, demanded reports, targets, checks, people."""

from dataclasses import dataclass

from indicators.models import Indicator, ValueSet


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
