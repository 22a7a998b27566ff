"""Alerts that stand, for the city's own systems."""

from rest_framework.response import Response

from hcmc_ioc.lib.api.views import Resource, require
from indicators.models import Indicator
from signals import access
from signals.models import Alert


class Alerts(Resource):
    def get(self, request) -> Response:
        """Every alert that stands now, the newest first; a unit's system gets those of its units."""
        require(access.may_read_alerts(self.actor), "indicators:read")
        found = Alert.objects.filter(ended="", rule__activated_at__isnull=False,
                                     rule__indicator__access=Indicator.Access.OPEN)
        found = found.select_related("rule__indicator", "unit").order_by("-first_at", "-pk")
        if self.actor.scope is not None:
            found = found.filter(unit_id__in=self.actor.scope)
        return Response({"results": [_shown(row) for row in found], "next": None})


def _shown(row: Alert) -> dict:
    return {
        "rule": row.rule.code, "name_vi": row.rule.name_vi, "name_en": row.rule.name_en, "severity": row.rule.severity,
        "indicator": row.rule.indicator.code, "period": row.rule.period_kind,
        "unit": row.unit.code if row.unit else None, "began": row.began, "state": row.state, "value": row.value,
        "first_at": row.first_at.isoformat(),
    }
