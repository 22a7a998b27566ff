"""Reports: their types, released editions as data and as the files that were released."""

from typing import Any

from django.http import HttpResponse
from django.shortcuts import get_object_or_404
from django.utils import timezone
from django.utils.translation import gettext as _
from rest_framework.response import Response

from hcmc_ioc.lib.api.problems import Problem
from hcmc_ioc.lib.api.views import Resource, require
from reports import access, editions
from reports.models import Edition, EditionFile, EditionQuerySet, ReportType

PAGE = 100
LARGEST = 2**31 - 1  # an id beyond it is nobody's


class _Reports(Resource):
    def initial(self, request, *args, **kwargs):
        super().initial(request, *args, **kwargs)
        require(access.may(self.actor, "read"), "reports:read")

    def released(self) -> EditionQuerySet:
        return access.readable(self.actor).released().select_related("type", "unit")


class Types(_Reports):
    def get(self, request) -> Response:
        """What reports there are, with their parts."""
        return Response({"results": [_type(row) for row in ReportType.objects.all()], "next": None})


class Editions(_Reports):
    def get(self, request) -> Response:
        """Released editions without their data, the newest first; `type`, `unit`, `period` narrow them, `before` goes
        on behind an id."""
        given = request.query_params
        names = {"type": "type__code", "unit": "unit__code", "period": "period"}
        asked = {names[name]: given[name].replace("\0", "") for name in names if name in given}
        found = self.released().filter(**asked)
        if "before" in given:
            text = given["before"]
            if not (text.isascii() and text.isdecimal() and int(text[:12]) <= LARGEST):
                raise Problem(400, "bad_parameter", errors={"?before": [_("Cần mã của một bản phát hành.")]})
            found = found.filter(pk__lt=int(text))
        rows = list(found.defer("data").order_by("-pk")[:PAGE + 1])
        more = rows[PAGE - 1].pk if len(rows) > PAGE else None
        return Response({"results": [_edition(row) for row in rows[:PAGE]], "next": more})


class One(_Reports):
    def get(self, request, id: int) -> Response:  # noqa: A002
        """One edition with everything that it says, as it was released."""
        chosen = get_object_or_404(self.released(), pk=min(id, LARGEST))
        editions.opened(chosen, self.actor, timezone.now())
        return Response(_edition(chosen) | {"report": chosen.data})


class File(_Reports):
    def get(self, request, id: int, kind: str) -> HttpResponse:  # noqa: A002
        """A file of an edition, byte for byte as it was released."""
        kept = get_object_or_404(EditionFile, edition__in=self.released().filter(pk=min(id, LARGEST)), kind=kind)
        editions.opened(kept.edition, self.actor, timezone.now())
        name = f"{kept.edition.type.code}-{kept.edition.unit.code}-{kept.edition.period}-{kept.edition.number}.{kind}"
        return HttpResponse(bytes(kept.content), content_type="application/octet-stream",
                            headers={"Content-Disposition": f'attachment; filename="{name}"'})


def _type(row: ReportType) -> dict[str, Any]:
    return {"code": row.code, "name_vi": row.name_vi, "name_en": row.name_en, "period": row.period_kind,
            "blocks": row.blocks, "for_units": row.for_units, "remark_days": row.remark_days}


def _edition(row: Edition) -> dict[str, Any]:
    return {
        "id": row.pk, "type": row.type.code, "unit": row.unit.code, "period": row.period, "number": row.number,
        "start": row.start.isoformat(), "end": row.end.isoformat(), "cut_off": row.cut_off.isoformat(),
        "released_at": row.released_at.isoformat() if row.released_at else None, "reason": row.reason,
        "digest": row.digest, "changes": [_change(*one) for one in row.changes],
        "revised": [_change(*one) for one in row.revised],
    }


def _change(place: str, before: str, now: str) -> dict[str, str]:
    return {"place": place, "before": before, "now": now}
