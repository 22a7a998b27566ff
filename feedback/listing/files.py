"""A list as a file: every row of it, with its columns, what it was narrowed by, when, and who took it.

Numbers are numbers and dates are dates in the city's time; a cell that a spreadsheet could take for a formula is text.
No personal data: the columns hold none. Rows are read in steps, so that memory does not grow with the list.
"""

import csv
import io
import tempfile
from collections.abc import AsyncIterator, Iterator
from datetime import datetime
from itertools import chain
from typing import IO, Any

from asgiref.sync import sync_to_async
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from feedback.listing.columns import Column, Row, local
from feedback.listing.pages import Listing
from hcmc_ioc.lib.words import Words

STEP = 2000  # rows read at once
MOST = 20_000  # rows of a sheet that somebody waits for
FORMULA = ("=", "+", "-", "@", "\t", "\r")


def rows(listing: Listing) -> Iterator[list[Row]]:
    """All rows in their order, step by step."""
    place = None
    while found := listing.take(place, STEP):
        yield listing.rows(found)
        if len(found) < STEP:
            return
        place = listing.place_of(found[-1])


def about(listing: Listing, who: str) -> list[tuple[Words, str]]:
    """What the first sheet says of the list."""
    narrowed = [(what, which) for what, which, _without in listing.filter.described()]
    return [
        (gettext_lazy("Danh sách phản ánh"), ""),
        (gettext_lazy("Lập lúc"), f"{timezone.localtime(listing.now):%d/%m/%Y %H:%M:%S}"),
        (gettext_lazy("Người lập"), who),
        *(narrowed or [(gettext_lazy("Bộ lọc"), _("không lọc"))]),
    ]


async def csv_lines(listing: Listing, columns: list[Column]) -> AsyncIterator[bytes]:
    """A CSV file piece by piece: UTF-8 with its mark, as spreadsheets expect, a line per row."""
    yield _lines([[str(column.label) for column in columns]], "\ufeff")
    steps = rows(listing)
    while step := await sync_to_async(next)(steps, None):
        yield await sync_to_async(_lines)([[_plain(column.value(row)) for column in columns] for row in step])


def _lines(cells: list[list[str]], begin: str = "") -> bytes:
    text = io.StringIO(begin)
    text.seek(0, io.SEEK_END)
    csv.writer(text).writerows(cells)
    return text.getvalue().encode()


def _plain(value: Any) -> str:
    if isinstance(value, datetime):
        return f"{local(value):%Y-%m-%d %H:%M:%S}"
    text = "" if value is None else str(value)
    return f"'{text}" if text.startswith(FORMULA) and not isinstance(value, int) else text


def xlsx(listing: Listing, columns: list[Column], who: str) -> IO[bytes]:
    """A workbook of two sheets, what it is and the rows, open at its beginning."""
    import xlsxwriter  # it is large, and only few requests need it

    file = tempfile.TemporaryFile()  # noqa: SIM115 - the answer closes it
    book = xlsxwriter.Workbook(file, {"constant_memory": True, "default_date_format": "dd/mm/yyyy hh:mm"})
    bold, wrapped = book.add_format({"bold": True}), book.add_format({"text_wrap": True, "valign": "top"})
    sheet = book.add_worksheet(_("Thông tin"))
    sheet.set_column(0, 0, 24, bold)
    sheet.set_column(1, 1, 80, wrapped)
    for number, (what, which) in enumerate(about(listing, who)):
        sheet.write_string(number, 0, str(what))
        sheet.write_string(number, 1, which)
    sheet = book.add_worksheet(_("Danh sách"))
    sheet.freeze_panes(1, 0)
    for number, column in enumerate(columns):
        sheet.set_column(number, number, column.width)
    for number, column in enumerate(columns):
        sheet.write_string(0, number, str(column.label), bold)
    for line, row in enumerate(chain.from_iterable(rows(listing)), 1):
        for number, column in enumerate(columns):
            _write(sheet, line, number, column.value(row))
    book.close()
    file.seek(0)
    return file


def _write(sheet: Any, line: int, number: int, value: Any) -> None:
    if value is None or value == "":
        return
    if isinstance(value, datetime):
        sheet.write_datetime(line, number, local(value))
    elif isinstance(value, int):
        sheet.write_number(line, number, value)
    else:
        sheet.write_string(line, number, str(value))
