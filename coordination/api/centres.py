"""Operations centres and their maturity for other systems."""

from typing import Any

from django.utils import timezone
from rest_framework.response import Response

from coordination.centres import access, maturity, registry
from districts.models import Unit
from hcmc_ioc.lib.api.views import Resource, require


class _Centres(Resource):
    def initial(self, request, *args, **kwargs):
        super().initial(request, *args, **kwargs)
        require(access.may_fetch(self.actor), access.SCOPE)

    def units(self) -> list[Unit]:
        """Those of the caller; all for the city's own."""
        scope = self.actor.scope
        return [unit for unit in registry.units() if scope is None or unit.pk in scope]


class Centres(_Centres):
    def get(self, request) -> Response:
        """What units declare of their centres beside what is measured."""
        rows = registry.board(self.units(), timezone.now())
        return Response({"results": [_shown(row) for row in rows], "next": None})


class Maturity(_Centres):
    def get(self, request) -> Response:
        """The levels of units by themselves and as others see them, and the next target."""
        rows = maturity.standings(self.units(), timezone.localdate())
        return Response({"results": [_level(row) for row in rows], "next": None})


def _shown(row: registry.Row) -> dict[str, Any]:
    centre = row.centre
    return {
        "unit": row.unit.code, "status": row.status.value, "since": row.said.since.isoformat() if row.said else None,
        "connection": row.connection.state.value, "reason": row.connection.reason,
        "signs": [{"sign": one.rule.sign, "state": one.tone.value, "amount": one.amount,
                   "seen_at": one.seen_at.isoformat() if one.seen_at else None} for one in row.connection.readings],
        "contradictions": row.contradictions,
        "modules": [one.code for one in centre.modules.all()] if centre else [],
        "cameras": centre.cameras if centre else None, "cameras_online": centre.cameras_online if centre else None,
        "leased_until": centre.leased_until.isoformat() if centre and centre.leased_until else None,
    }


def _level(row: maturity.Standing) -> dict[str, Any]:
    return {"unit": row.unit.code, "self": row.own.level if row.own else None,
            "independent": row.other.level if row.other else None,
            "target": {"level": row.target.level, "by": row.target.by.isoformat()} if row.target else None}
