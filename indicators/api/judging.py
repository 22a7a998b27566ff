"""Judgements as other systems read them: an indicator over time, units beside each other."""

from typing import Any

from django.shortcuts import get_object_or_404
from django.utils import timezone
from django.utils.translation import gettext as _
from rest_framework.response import Response

from districts.models import Unit
from hcmc_ioc.lib.api.problems import Problem
from hcmc_ioc.lib.api.views import Resource, require
from hcmc_ioc.lib.judging.funnel import Funnel
from hcmc_ioc.lib.text import clean
from indicators import access, judging, league, owed, sharing
from indicators.judging import Judged, peers
from indicators.judging.peers import Group, Place
from indicators.models import Indicator
from indicators.periods import Period
from indicators.representation import plain


class _OfIndicator(Resource):
    def chosen(self, code: str) -> Indicator:
        """The indicator, if the caller sees its figures."""
        require(access.may(self.actor, "view"), "indicators:read")
        rows = Indicator.objects.prefetch_related("versions").select_related("set_item__value_set")
        found = get_object_or_404(rows, code=code)
        if not sharing.read(self.actor, found, sharing.Way.API):
            raise Problem(403, "restricted", _("Số liệu này chỉ xem được khi cơ quan chủ quản đồng ý."))
        return found


class Judgement(_OfIndicator):
    def get(self, request, indicator: str) -> Response:
        """The city (or `unit`) over time, as saved or by rule, until `until` or the last period that has figures."""
        chosen, given = self.chosen(indicator), request.query_params
        unit = _unit(given["unit"]) if "unit" in given else None
        found = judging.of(chosen, unit, _period(chosen, given["until"], "until") if "until" in given else None)
        return Response({
            "code": chosen.code, "unit": unit.code if unit else None, "method": str(found.plan.method),
            "version": found.judgement.version, "constants": found.judgement.constants, **judging.told(found),
            "points": _points(found), "marks": _marks(found), "saved": _saved(found)})


class Peers(_OfIndicator):
    def get(self, request, indicator: str) -> Response:
        """Units beside their like in `period`, else in the last one that is over."""
        chosen, given = self.chosen(indicator), request.query_params
        period = (_period(chosen, given["period"], "period") if "period" in given
                  else league.periods(chosen, timezone.now())[0])
        found = peers.of(chosen, period)
        said = league.replies(chosen, period)
        replies = {unit: one.reply.words for unit, one in said.items()}
        return Response({"code": chosen.code, "period": period.code, "as_one": _dispersion(found.as_one),
                         "groups": [_group(group, replies) for group in found.groups]})


def _unit(code: str) -> Unit:
    unit = Unit.objects.in_force().filter(code=clean(code)).exclude(kind__in=peers.NOT_PEERS).first()
    if unit is None:
        raise Problem(400, "bad_parameter", errors={"?unit": [_("Không có đơn vị này.")]})
    return unit


def _period(chosen: Indicator, text: str, name: str) -> Period:
    try:
        return owed.rule().parse(chosen.period_kind, text)
    except (ValueError, OverflowError) as exc:
        raise Problem(400, "bad_parameter", errors={f"?{name}": [str(exc)]}) from None


def _points(found: Judged) -> list[dict]:
    judgement, scale = found.judgement, found.scale
    rows: list[dict] = []
    for key, value, limit in zip(judgement.keys, judgement.values, judgement.limits, strict=True):
        edges = (limit.centre, limit.low, limit.high) if limit else (None, None, None)
        told = [None if one is None else one * scale for one in (value, *edges)]
        rows.append(dict(zip(("period", "value", "centre", "low", "high"), (key, *told), strict=True)))
    return rows


def _code(found: Judged, start: Any) -> str:
    return owed.rule().at(found.indicator.period_kind, start).code


def _marks(found: Judged) -> list[dict]:
    return [{"kind": mark.kind, "period": _code(found, mark.start), "reason": mark.reason, "author": str(mark.author),
             "at": mark.at.isoformat() if mark.at else None} for mark in found.plan.marks]


def _saved(found: Judged) -> dict | None:
    """What was found when it was saved."""
    row = found.plan.saved
    if row is None:
        return None
    return {"at": row.at.isoformat(), "author": str(row.author), "reason": row.reason, "version": row.version,
            "until": _code(found, row.until), **row.found}


def _dispersion(judged: Funnel | None) -> dict | None:
    if judged is None:
        return None
    return {"centre": judged.centre, "phi": judged.phi, "phi_raw": judged.phi_raw, "tau": judged.tau}


def _group(group: Group, replies: dict[int, str]) -> dict:
    return {"group": group.code, "funnel": _dispersion(group.funnel),
            "units": [_place(place, replies.get(place.unit.pk)) for place in group.places],
            "left_out": [{"unit": unit.code, "why": why} for unit, why in group.left_out]}


def _place(place: Place, reply: str | None) -> dict:
    return {"unit": place.unit.code, "value": plain(place.cell.value), "numerator": plain(place.cell.numerator),
            "denominator": plain(place.cell.denominator), "low": place.low, "high": place.high, "band": place.band,
            "uncorrected_band": place.plain_band, "rank": list(place.rank) if place.rank else None,
            "better_peer": place.like.code if place.like else None, "reply": reply}
