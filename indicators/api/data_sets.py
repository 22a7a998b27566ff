"""Data sets: the catalogue with dictionaries, the rows of one in pages, a new version."""

from typing import Any

from django.shortcuts import get_object_or_404
from django.utils.translation import gettext as _
from rest_framework.response import Response

from hcmc_ioc.lib.api.problems import Problem
from hcmc_ioc.lib.api.views import Resource, require
from indicators import access, datasets, sharing
from indicators.models import DataSet

PAGE, MOST = 1_000, 10_000  # rows


class DataSets(Resource):
    def get(self, request) -> Response:
        """What is shared, with its dictionary; who may not see the rows sees what it is."""
        require(access.may(self.actor, "view"), "indicators:read")
        rows = datasets.catalogue().filter(is_shared=True).prefetch_related("columns")
        return Response({"results": [_shown(row) for row in rows], "next": None})


class Rows(Resource):
    def get(self, request, code: str) -> Response:
        """`count` rows of a version from the place `first` on: `{"version", "rows", "next"}`."""
        require(access.may(self.actor, "view"), "indicators:read")
        chosen = get_object_or_404(DataSet, code=code, is_shared=True)
        first = _number(request, "first", 0, 10**9)
        count = _number(request, "count", PAGE, MOST)
        if not datasets.sees(self.actor, chosen):
            raise Problem(403, "restricted", _("Số liệu này chỉ xem được khi cơ quan chủ quản đồng ý."))
        number = request.query_params.get("version")
        version = get_object_or_404(chosen.versions, number=_number(request, "version", 0, 10**9)) if number else \
            chosen.versions.first()
        if version is None:
            return Response({"version": None, "rows": [], "next": None})
        sharing.read(self.actor, chosen, sharing.Way.API)
        rows = [dict(zip(version.heads, row, strict=True)) for row in datasets.rows_of(version, first, count)]
        last = first + len(rows)
        return Response({"version": version.number, "rows": rows, "next": last if last < version.rows else None})


def _number(request, name: str, usual: int, most: int) -> int:
    text = request.query_params.get(name, str(usual))
    if not text.isascii() or not text.isdecimal() or not 0 <= int(text[:12]) <= most:
        raise Problem(400, "bad_parameter", errors={f"?{name}": [_("Cần số từ 0 đến %(n)s.") % {"n": most}]})
    return int(text)


def _shown(row: Any) -> dict:
    return {
        "code": row.code, "name_vi": row.name_vi, "name_en": row.name_en, "description": row.description,
        "field": row.field.code, "owner": row.owner.code, "access": row.access, "rows": row.size,
        "updated_at": row.updated_at.isoformat() if row.updated_at else None,
        "columns": [{"head": one.head, "meaning": one.meaning, "kind": one.kind} for one in row.columns.all()],
    }
