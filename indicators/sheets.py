"""The page of an indicator as a workbook: the city, every unit, what the figures mean."""

from datetime import datetime

from django.http import FileResponse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from hcmc_ioc.lib import sheets
from hcmc_ioc.lib.sheets import Head, Sheet
from hcmc_ioc.lib.words import Words
from indicators import saying
from indicators.answers import Answer, Cell
from indicators.arithmetic import Why
from indicators.models import Indicator

HEADS = (Head(gettext_lazy("Số liệu"), 18), Head(gettext_lazy("Tử số"), 18), Head(gettext_lazy("Mẫu số"), 18),
         Head(gettext_lazy("Phải gửi"), 12), Head(gettext_lazy("Đã gửi"), 12),
         Head(gettext_lazy("Vì sao không có"), 32))


def answer(context: dict, user, now: datetime) -> FileResponse:
    """The workbook, to be saved under a name that says what it is of."""
    indicator: Indicator = context["indicator"]
    version = context["version"]
    lines: list[tuple[Words, str]] = [
        (gettext_lazy("Định nghĩa"), version.definition), (gettext_lazy("Căn cứ"), version.basis),
        (gettext_lazy("Đơn vị tính"), indicator.measure), (gettext_lazy("Mã"), indicator.code)]
    file = sheets.workbook(sheets.about(indicator.name, str(user), now, lines), _tables(context))
    return FileResponse(file, as_attachment=True, filename=f"{indicator.code}.xlsx", content_type=sheets.TYPE)


def _tables(context: dict) -> list[Sheet]:
    answers: list[Answer] = context["answers"]
    tables = [Sheet(_("Toàn Thành phố"), (Head(gettext_lazy("Kỳ"), 20), *HEADS),
                    ([saying.period(one.period), *_cells(one.city)] for one in answers))]
    if context["answer"]:
        period = saying.period(context["answer"].period).replace("/", "-")
        tables.append(Sheet(period, (Head(gettext_lazy("Đơn vị"), 36), *HEADS),
                            ([row.unit.name, *_cells(row.cell)] for row in context["rows"])))
    return tables


def _cells(cell: Cell) -> list:
    numbers = [None if number is None else float(number) for number in (cell.value, cell.numerator, cell.denominator)]
    return [*numbers, cell.owed, cell.delivered, str(Why(cell.why).label) if cell.why else ""]
