"""The units of the city, of today or of another day and map."""

from datetime import date

from django.conf import settings
from django.utils import timezone
from django.utils.translation import gettext as _
from rest_framework.response import Response

from districts.models import Unit
from hcmc_ioc.lib.api.problems import Problem
from hcmc_ioc.lib.api.views import Resource


class Units(Resource):
    def get(self, request) -> Response:
        """Units in force on the local date `on` (today) by the map `map` (the city's), each with its own dates."""
        on, wanted = request.query_params.get("on", ""), request.query_params.get("map", settings.MAP)
        try:
            day = date.fromisoformat(on) if on else timezone.localdate()
        except ValueError:
            raise Problem(400, "bad_parameter", errors={"?on": [_("Cần ngày dạng 2026-11-23.")]}) from None
        if wanted not in settings.CITY["maps"]:
            raise Problem(400, "bad_parameter", errors={"?map": [_("Không có bản đồ này.")]})
        rows = Unit.objects.in_force(day, wanted).select_related("parent")
        return Response({"results": [_unit(row) for row in rows], "next": None})


def _unit(row: Unit) -> dict:
    return {
        "code": row.code, "name_vi": row.name_vi, "name_en": row.name_en, "kind": row.kind,
        "parent": row.parent.code if row.parent else None, "is_area": row.is_area, "map": row.map,
        "valid_from": row.valid_from.isoformat(), "valid_to": row.valid_to.isoformat() if row.valid_to else None,
    }
