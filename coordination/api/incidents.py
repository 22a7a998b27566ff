"""Incidents and the city's level for other systems: as data, and as CAP 1.2."""

from typing import Any

from django.http import HttpResponse
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils import timezone
from rest_framework.response import Response

from coordination.incidents import access, levels, situation
from coordination.models import Incident
from hcmc_ioc.lib.api.views import Resource, require

MOST, LARGEST = 200, 2**31 - 1


class _Incidents(Resource):
    def initial(self, request, *args, **kwargs):
        super().initial(request, *args, **kwargs)
        require(access.may_read(self.actor), access.SCOPE)


class Incidents(_Incidents):
    def get(self, request) -> Response:
        """Those of the caller's units that are open, and the last that ended; the newest first."""
        found = access.readable(self.actor).select_related("lead", "area").order_by("-opened_at")[:MOST]
        return Response({"results": [_shown(row) for row in found], "next": None})


class Cap(_Incidents):
    def get(self, request, id: int) -> HttpResponse:  # noqa: A002
        """One incident as CAP 1.2."""
        chosen = get_object_or_404(access.readable(self.actor).select_related("lead", "area"), pk=min(id, LARGEST))
        address = request.build_absolute_uri(reverse("incident", args=[chosen.pk]))
        return HttpResponse(situation.cap(chosen, timezone.now(), address), content_type="application/octet-stream")


class Level(_Incidents):
    def get(self, request) -> Response:
        """The city's level of operation now."""
        standing = levels.now()
        if standing is None:
            return Response({"level": None, "name_vi": "", "name_en": "", "until": None})
        until = standing.change.until.isoformat() if standing.change else None
        return Response({"level": standing.level.number, "name_vi": standing.level.name_vi,
                         "name_en": standing.level.name_en, "until": until})


def _shown(row: Incident) -> dict[str, Any]:
    return {
        "id": row.pk, "code": row.code, "title": row.title, "severity": row.severity, "place": row.place,
        "area": row.area.code if row.area else None, "lead": row.lead.code, "opened_at": row.opened_at.isoformat(),
        "closed_at": row.closed_at.isoformat() if row.closed_at else None,
    }
