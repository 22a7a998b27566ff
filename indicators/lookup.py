"""What those who send values name by code: indicators, units, periods. Read once, asked often."""

from collections import defaultdict
from collections.abc import Collection
from datetime import datetime

from django.utils import timezone
from django.utils.translation import gettext as _

from districts.models import Unit
from indicators import owed
from indicators.answers import version_for
from indicators.models import Indicator, IndicatorVersion
from indicators.periods import Period


class Lookup:
    """Every refusal is a ValueError in the words of whoever sent it."""

    def __init__(self, codes: Collection[str] | None = None) -> None:
        rows = Indicator.objects.prefetch_related("versions").select_related("set_item__value_set")
        self.catalogue = {one.code: one for one in (rows if codes is None else rows.filter(code__in=codes))}
        self.units: defaultdict[str, list[Unit]] = defaultdict(list)
        for unit in Unit.objects.order_by("valid_from"):
            self.units[unit.code].append(unit)
        self._by_id = {one.pk: one for one in self.catalogue.values()}
        self._periods: dict[tuple[str, str], Period] = {}
        self._versions: dict[tuple[int, datetime], IndicatorVersion] = {}
        self._found: dict[tuple[str, Period], Unit] = {}
        self._owing: dict[tuple[int, Period], set[int]] = {}

    def by_id(self, pk: int) -> Indicator:
        return self._by_id[pk]

    def indicator(self, code: str) -> Indicator:
        if code not in self.catalogue:
            raise ValueError(_("Chưa có chỉ số %(codes)s trong danh mục.") % {"codes": code[:60]})
        return self.catalogue[code]

    def period(self, kind: str, text: str) -> Period:
        """The period, which has begun."""
        if (kind, text) not in self._periods:
            period = owed.rule().parse(kind, text)
            if period.start > timezone.now():
                raise ValueError(_("Kỳ %(period)s chưa bắt đầu.") % {"period": period.code})
            self._periods[kind, text] = period
        return self._periods[kind, text]

    def owes(self, unit: Unit, indicator: Indicator, period: Period) -> bool:
        """Whether the unit owes the indicator's set for the period; of what is in no set everybody may send."""
        value_set = indicator.set_item.value_set if hasattr(indicator, "set_item") else None
        if value_set is None:
            return True
        if not owed.is_asked(indicator.set_item, period):
            return False
        if (value_set.pk, period) not in self._owing:
            self._owing[value_set.pk, period] = owed.owing(value_set, [period])[period.start]
        return unit.pk in self._owing[value_set.pk, period]

    def unit(self, code: str, period: Period) -> Unit:
        """The unit that bore the code in that period."""
        if (code, period) not in self._found:
            self._found[code, period] = self._unit(code, period)
        return self._found[code, period]

    def _unit(self, code: str, period: Period) -> Unit:
        if code not in self.units:
            like = next((known for known in self.units if known.lstrip("0") == code.lstrip("0")), None)
            hint = _(" Có phải %(code)s? Mã là chữ, giữ cả số 0 ở đầu.") % {"code": like} if like else ""
            raise ValueError(_("Không có đơn vị mã “%(code)s”.") % {"code": code[:32]} + hint)
        first, last = owed.first_day(period), owed.last_day(period)
        for unit in self.units[code]:
            if unit.works_on(last) or unit.works_on(first):
                return unit
        raise ValueError(_("Đơn vị %(code)s không hoạt động trong kỳ %(period)s.") % {
            "code": code, "period": period.code})

    def version(self, indicator: Indicator, start: datetime) -> IndicatorVersion:
        if (indicator.pk, start) not in self._versions:
            period = owed.rule().at(indicator.period_kind, start)
            self._versions[indicator.pk, start] = version_for(indicator, period)
        return self._versions[indicator.pk, start]
