"""Figures of a unit and period, each with its definition; the same over the days; units beside their like."""

from datetime import date

from django.utils import timezone
from django.utils.translation import gettext as _
from rest_framework.response import Response

from dashboards.figures import comparison, definitions, series, units
from dashboards.figures.periods import Period
from dashboards.figures.registry import FIGURES
from districts.models import Unit
from feedback import access
from feedback.rules.rulebook import rulebook
from hcmc_ioc.lib.api.problems import Problem
from hcmc_ioc.lib.api.views import Resource, require

USUAL = 30  # days
COMPARED = (*definitions.PUBLISHED, "on_time", "on_time_first", "withdrawn_late", "withdrawn_early")
BY_DAY = ("received", "resolved")


class _Figures(Resource):
    """What these resources share: the right, the unit, the days."""

    def initial(self, request, *args, **kwargs):
        super().initial(request, *args, **kwargs)
        require(access.may(self.actor, "figures"), "figures:read")
        self.now = timezone.now()
        self.today = self.now.astimezone(rulebook().zone).date()

    def unit(self) -> Unit:
        """The unit with the code asked for (the caller's own where none is named): a problem for a stranger's."""
        code, scope = self.request.query_params.get("unit"), self.actor.scope
        if code is None and self.actor.own_unit_id:
            return rulebook().units[self.actor.own_unit_id]
        found = next((row for row in rulebook().units.values() if row.code == code), None)
        if found is None or (scope is not None and found.pk not in scope):
            raise Problem(404, "not_found", _("Không có đơn vị này, hoặc bạn không được xem."))
        return found

    def period(self) -> Period:
        """Local days `from` … `to`; the last thirty where they are left out."""
        given = self.request.query_params
        try:
            end = date.fromisoformat(given["to"]) if "to" in given else self.today
            return Period(date.fromisoformat(given["from"]), end) if "from" in given else Period.last(USUAL, end)
        except (ValueError, OverflowError):
            message = _("Cần ngày dạng 2026-11-23, ngày đầu không sau ngày cuối, tối đa 10 năm.")
            raise Problem(400, "bad_parameter", errors={"?from": [message]}) from None

    def about(self, unit: Unit, period: Period) -> dict:
        return {"unit": unit.code, "from": period.start.isoformat(), "to": period.end.isoformat(),
                "at": self.now.isoformat()}


class OfPeriod(_Figures):
    def get(self, request) -> Response:
        """Every figure of the unit in the period; what is `standing` is as of now. Durations in working minutes."""
        unit, period = self.unit(), self.period()
        found = definitions.figures([unit.pk], period, self.now, areas=unit.is_area)[unit.pk]
        shown = [f for f in FIGURES.values() if f.of_hotline is False and (f.of == "unit" or unit.is_area)]
        return Response(self.about(unit, period) | {
            "figures": {f.code: f.value(found) for f in shown},
            "definitions": [{"code": f.code, "name": str(f.name), "definition": str(f.definition), "form": f.form,
                             "better": f.better, "standing": f.is_standing} for f in shown],
        })


class Series(_Figures):
    def get(self, request) -> Response:
        """One number for each local day; null on the day that is not over, and where nothing was due."""
        unit, period, figure = self.unit(), self.period(), request.query_params.get("figure", "received")
        if figure in BY_DAY:
            values: list = series.daily(unit.pk, period, figure, today=self.today)[figure]
        elif figure == "on_time":
            values = series.daily_on_time(unit.pk, period, self.today)
        else:
            known = ", ".join((*BY_DAY, "on_time"))
            raise Problem(400, "bad_parameter", errors={"?figure": [_("Một trong: %(all)s.") % {"all": known}]})
        days = [{"day": day.isoformat(), "value": value}
                for day, value in zip(period.each_day(), values, strict=True)]
        return Response(self.about(unit, period) | {"figure": figure, "results": days})


class Comparisons(_Figures):
    def get(self, request) -> Response:
        """The unit's peers in bands by their on-time rate, each with its 95 % interval; never a rank."""
        unit, period = self.unit(), self.period()
        alike = units.peers_of(unit) if unit.kind != Unit.Kind.CITY else _working(self.actor.scope)
        by_unit = definitions.figures([row.pk for row in alike], period, self.now)
        groups = comparison.groups(alike, by_unit)
        return Response(self.about(unit, period) | {"results": [
            {"unit": row.unit.code, "group": group, "band": row.band, "low": row.low, "high": row.high,
             "group_rate": row.group_rate,
             "figures": {name: getattr(row.figures, name) for name in COMPARED}}
            for group, rows in groups.items() for row in rows]})


def _working(scope: list[int] | None) -> list[Unit]:
    return [row for row in units.in_force()
            if row.kind != Unit.Kind.UNASSIGNED and (scope is None or row.pk in scope)]
