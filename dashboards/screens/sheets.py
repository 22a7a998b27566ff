"""The tables of a screen as a workbook: the same figures, each with its definition, for a meeting or a calculation."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime
from typing import Any

from django.http import FileResponse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.actors import Actor
from dashboards.figures import definitions
from dashboards.figures.comparison import Standing
from dashboards.figures.registry import FIGURES
from dashboards.screens.query import Query
from feedback import readings
from hcmc_ioc.lib import sheets
from hcmc_ioc.lib.sheets import Head, Sheet
from hcmc_ioc.lib.words import Words

OF_UNITS = ("received", "resolved", "due", "due_met", "on_time", "on_time_first", "median_minutes", "satisfaction",
            "open", "overdue")
AS_OF = {"number": "", "percent": "%", "worktime": gettext_lazy("phút làm việc")}
UNIT = Head(gettext_lazy("Đơn vị"), 36)


def is_asked(request) -> bool:
    """The same address as the screen, so the same rights and the same days."""
    return request.GET.get("tep") == "xlsx"


def answer(what: str, tables: list[Sheet], query: Query, user, now: datetime) -> FileResponse:
    """The workbook, to be saved under a name that says what it is of; that it was taken is written down."""
    period = query.period
    more: list[tuple[Words, str]] = [
        (gettext_lazy("Kỳ"), f"{query.name} ({_days_of(query)})"),
        (gettext_lazy("So với"), query.compared_with),
        (gettext_lazy("Đang mở, quá hạn"), _("tại thời điểm lập")),
    ]
    file = sheets.workbook(sheets.about(what, str(user), now, more), tables)
    readings.note(Actor.person(user), readings.Kind.FILE, asked=f"Số liệu (XLSX): {what} · {_days_of(query)}")
    name = f"so-lieu-{period.start:%Y%m%d}-{period.end:%Y%m%d}.xlsx"
    return FileResponse(file, as_attachment=True, filename=name, content_type=sheets.TYPE)


def _days_of(query: Query) -> str:
    return f"{query.period.start:%d/%m/%Y} – {query.period.end:%d/%m/%Y}"


def of_scope(context: dict, query: Query) -> list[Sheet]:
    """What overview and unit screen have in common: figures, days, fields."""
    return [_figures(context, query), _days(context, query), _fields(context, query)]


def _figures(context: dict, query: Query) -> Sheet:
    scope, period, now = context["scope"], context["period"], context["now"]
    shown = [f for f in FIGURES.values() if not f.of_hotline and (f.of == "unit" or scope.is_area)]
    # All of them are counted of then; only what came and was answered up to the same time of the day is known better.
    then = definitions.figures([scope.pk], period.before(), now)[scope.pk]
    then = replace(then, received=context["before"].received, resolved=context["before"].resolved)
    heads = [Head(gettext_lazy("Chỉ số"), 34), Head(gettext_lazy("Giá trị")), Head(query.compared),
             Head(gettext_lazy("Đơn vị tính"), 18), Head(gettext_lazy("Định nghĩa"), 100)]
    return Sheet(gettext_lazy("Chỉ số"), heads, [
        [str(f.name), _scaled(f.form, f.value(context["figures"])),
         None if f.is_standing else _scaled(f.form, f.value(then)), str(AS_OF[f.form]), str(f.definition)]
        for f in shown])


def _scaled(form: str, value: float | None) -> float | None:
    """Shares stand beside counts in one column here, so they are written in per cent."""
    return value if value is None or form != "percent" else round(value * 100, 2)


def _days(context: dict, query: Query) -> Sheet:
    by_day = context["by_day"] or {}
    columns = [by_day.get(name, [None] * query.period.days) for name in ("received", "resolved")]
    heads = [Head(gettext_lazy("Ngày")), Head(FIGURES["received"].name, form="number"),
             Head(FIGURES["resolved"].name, form="number")]
    return Sheet(gettext_lazy("Theo ngày"), heads, list(zip(query.period.each_day(), *columns, strict=True)))


def _fields(context: dict, query: Query) -> Sheet:
    heads = [Head(gettext_lazy("Lĩnh vực"), 30), Head(FIGURES["received"].name, form="number"),
             Head(query.compared, form="number"), Head(FIGURES["resolved"].name, form="number"),
             Head(FIGURES["due"].name, form="number"), Head(FIGURES["on_time"].name, form="percent"),
             Head(FIGURES["late"].name, 30, "number"), Head(gettext_lazy("Trung vị (phút làm việc)"), 24, "worktime")]
    return Sheet(gettext_lazy("Lĩnh vực"), heads, [
        [row.category.name, row.received, row.before, row.resolved, row.due, row.on_time, row.late,
         row.median_minutes]
        for row in context["fields"]])


def standings(rows: list[Standing], name: Words) -> Sheet:
    """Units with their figures, as they stand on the screen."""
    figures = [FIGURES[code] for code in OF_UNITS]
    return Sheet(name, [UNIT, *(Head(f.name, form=f.form) for f in figures)], [
        [row.unit.name, *(f.value(row.figures) for f in figures)] for row in rows])


def city(context: dict, query: Query) -> list[Sheet]:
    groups = [*context["area_groups"], *context["organisation_groups"]]
    everybody = [row for _name, rows in groups for row in rows]
    return [*of_scope(context, query), standings(everybody, gettext_lazy("Đơn vị"))]


def unit(context: dict, among: dict, query: Query) -> list[Sheet]:
    return [*of_scope(context, query), standings(among["peers"], gettext_lazy("Nhóm so sánh"))]


def units(context: dict, query: Query) -> list[Sheet]:
    """All units, what is counted in a period beside the same of the other one."""
    heads, figures = [UNIT], [FIGURES[code] for code in OF_UNITS]
    for figure in figures:
        heads.append(Head(figure.name, form=figure.form))
        if _is_of_then(figure):
            heads.append(Head(f"{figure.name} ({query.compared.lower()})", 24, figure.form))

    def cells(row: Standing, then: Any) -> Iterator[Any]:
        yield row.unit.name
        for figure in figures:
            yield figure.value(row.figures)
            if _is_of_then(figure):
                yield figure.value(then)

    found = (pair for _name, rows in context["groups"] for pair in rows)
    return [Sheet(gettext_lazy("Đơn vị"), heads, [list(cells(*pair)) for pair in found])]


def _is_of_then(figure) -> bool:
    return not figure.is_standing and figure.form != "worktime"  # medians of then are not asked for


def matrix(context: dict) -> list[Sheet]:
    """Units × fields: the on-time rates, and how many fell due."""
    rows = [context["whole"], *(row for _name, found in context["groups"] for row in found)]

    def table(name: Words, form: str, value) -> Sheet:
        heads = [UNIT, *(Head(field.name, form=form) for field in context["fields"])]
        return Sheet(name, heads, [[unit.name, *(value(cell) for cell in cells)] for unit, cells in rows])

    return [table(gettext_lazy("Đúng hạn"), "percent", lambda cell: cell.rate),
            table(gettext_lazy("Đến hạn"), "number", lambda cell: cell.due)]
