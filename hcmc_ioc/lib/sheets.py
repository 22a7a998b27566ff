"""Workbooks (XLSX): a first sheet that says what it is, then the tables.

Numbers are numbers, shares are shares, dates are dates in the city's time; what people typed is text, so no cell is a
formula. Rows are written as they come, so memory does not grow with their number.
"""

import tempfile
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import IO, Any

from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from hcmc_ioc.lib.words import Words

TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
FORMS = {"percent": "0.0%", "number": "#,##0", "worktime": "#,##0"}
LONGEST_NAME = 31  # of a sheet; longer ones and these signs are not opened
FORBIDDEN = str.maketrans("[]:*?/\\'", "        ")


@dataclass(frozen=True)
class Head:
    """The head of a column: `width` in characters, `form` as figures have it (number, percent, worktime) or ""."""

    label: Words
    width: int = 16
    form: str = ""


@dataclass(frozen=True)
class Sheet:
    name: Words
    heads: Sequence[Head]
    rows: Iterable[Sequence[Any]]


def about(what: Words, who: str, now: datetime, more: Iterable[tuple[Words, str]] = ()) -> list[tuple[Words, str]]:
    """The lines of the first sheet: what it is, when it was made and by whom, what else must be known."""
    return [
        (what, ""),
        (gettext_lazy("Lập lúc"), f"{timezone.localtime(now):%d/%m/%Y %H:%M:%S}"),
        (gettext_lazy("Người lập"), who),
        *more,
    ]


def workbook(lines: Iterable[tuple[Words, str]], sheets: Iterable[Sheet]) -> IO[bytes]:
    """The file, open at its beginning; it vanishes when it is closed."""
    import xlsxwriter  # it is large, and only few requests need it

    file = tempfile.TemporaryFile()  # noqa: SIM115 - whoever reads it closes it
    book = xlsxwriter.Workbook(file, {"constant_memory": True, "default_date_format": "dd/mm/yyyy hh:mm"})
    bold, wrapped = book.add_format({"bold": True}), book.add_format({"text_wrap": True, "valign": "top"})
    forms = {form: book.add_format({"num_format": shown}) for form, shown in FORMS.items()}
    forms["day"] = book.add_format({"num_format": "dd/mm/yyyy"})
    first = book.add_worksheet(_("Thông tin"))
    first.set_column(0, 0, 24, bold)
    first.set_column(1, 1, 80, wrapped)
    for number, (what, which) in enumerate(lines):
        first.write_string(number, 0, str(what))
        first.write_string(number, 1, which)
    for sheet in sheets:
        page = book.add_worksheet(str(sheet.name).translate(FORBIDDEN).strip()[:LONGEST_NAME])
        page.freeze_panes(1, 0)
        for column, head in enumerate(sheet.heads):
            page.set_column(column, column, head.width, forms.get(head.form))
        for column, head in enumerate(sheet.heads):
            page.write_string(0, column, str(head.label), bold)
        for line, row in enumerate(sheet.rows, 1):
            for column, value in enumerate(row):
                _write(page, line, column, value, forms)
    book.close()
    file.seek(0)
    return file


def _write(page: Any, line: int, column: int, value: Any, forms: dict) -> None:
    if value is None or value == "":
        return
    if isinstance(value, datetime):
        page.write_datetime(line, column, local(value))
    elif isinstance(value, date):
        page.write_datetime(line, column, datetime(value.year, value.month, value.day), forms["day"])  # noqa: DTZ001
    elif isinstance(value, int | float):
        page.write_number(line, column, value)
    else:
        page.write_string(line, column, str(value))


def local(value: datetime) -> datetime:
    """As a file holds it: in the city's time, without a zone."""
    return timezone.localtime(value).replace(tzinfo=None, microsecond=0)
