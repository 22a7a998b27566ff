"""The register of IT items for other systems: every unit's, without suppliers of others."""

from typing import Any

from django.db.models import QuerySet
from django.shortcuts import get_object_or_404
from django.utils.translation import gettext as _
from rest_framework.response import Response

from coordination.investments import access
from coordination.models import Item
from hcmc_ioc.lib.api.problems import Problem
from hcmc_ioc.lib.api.views import Resource, require

PAGE = 100
LARGEST = 2**31 - 1


class _Investments(Resource):
    def initial(self, request, *args, **kwargs):
        super().initial(request, *args, **kwargs)
        require(access.may_fetch(self.actor), access.SCOPE)

    def found(self) -> QuerySet[Item]:
        known = Item.objects.exclude(state=Item.State.DRAFT).select_related("unit", "component")
        return known.prefetch_related("funding", "baselines")

    def shown(self, item: Item) -> dict[str, Any]:
        scope = self.actor.scope
        return _shown(item, offers=scope is None or item.unit_id in scope)


class Investments(_Investments):
    def get(self, request) -> Response:
        """Items of every unit, the newest first; narrowed by `unit` and `state`, `before` goes on behind an id."""
        given, found = request.query_params, self.found()
        if unit := given.get("unit", "").replace("\0", ""):
            found = found.filter(unit__code=unit)
        if state := given.get("state", "").replace("\0", ""):
            found = found.filter(state=state)
        if "before" in given:
            text = given["before"]
            if not (text.isascii() and text.isdecimal() and int(text[:12]) <= LARGEST):
                raise Problem(400, "bad_parameter", errors={"?before": [_("Cần mã của một hạng mục.")]})
            found = found.filter(pk__lt=int(text))
        rows = list(found.order_by("-pk")[:PAGE + 1])
        more = rows[PAGE - 1].pk if len(rows) > PAGE else None
        return Response({"results": [self.shown(row) for row in rows[:PAGE]], "next": more})


class One(_Investments):
    def get(self, request, id: int) -> Response:  # noqa: A002
        return Response(self.shown(get_object_or_404(self.found(), pk=min(id, LARGEST))))


def _shown(item: Item, *, offers: bool) -> dict[str, Any]:
    return {
        "id": item.pk, "code": item.code, "unit": item.unit.code, "name": item.name, "purpose": item.purpose,
        "component": item.component.code, "place": item.place, "state": item.state,
        "starts": item.starts.isoformat(), "ends": item.ends.isoformat(), "cost": int(item.cost),
        "yearly_cost": int(item.yearly_cost) if item.yearly_cost is not None else None, "spent": int(item.spent),
        "done_percent": item.done_percent, "owner_rating": item.owner_rating,
        "independent_rating": item.independent_rating, "supplier": item.supplier if offers else None,
        "funding": [{"source": one.source, "pledged": int(one.pledged), "received": int(one.received)}
                    for one in item.funding.all()],
        "baselines": [{"number": one.number, "cost": int(one.cost), "starts": one.starts.isoformat(),
                       "ends": one.ends.isoformat(), "reason": one.reason} for one in item.baselines.all()],
        "updated_at": item.updated_at.isoformat(),
    }
