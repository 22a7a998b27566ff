"""A list as a file: every row of it, with its columns, what it was narrowed by, when, and who took it.

A cell of CSV that a spreadsheet could take for a formula is made text. No personal data: the columns hold none. Rows
are read in steps, so that memory does not grow with the list.
"""

import csv
import io
from collections.abc import AsyncIterator, Callable, Iterator
from datetime import datetime
from itertools import chain
from typing import IO, Any

from asgiref.sync import sync_to_async
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from feedback.listing.columns import Column, Row
from feedback.listing.pages import Listing
from hcmc_ioc.lib import sheets
from hcmc_ioc.lib.sheets import Head, Sheet, workbook
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
    return sheets.about(gettext_lazy("Danh sách phản ánh"), who, listing.now,
                        narrowed or [(gettext_lazy("Bộ lọc"), _("không lọc"))])


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
        return f"{sheets.local(value):%Y-%m-%d %H:%M:%S}"
    text = "" if value is None else str(value)
    return f"'{text}" if text.startswith(FORMULA) and not isinstance(value, int) else text


def xlsx(listing: Listing, columns: list[Column], who: str, told: Callable[[int], Any] | None = None) -> IO[bytes]:
    """A workbook of two sheets, what it is and the rows, open at its beginning; `told` hears how many rows are done."""

    def steps() -> Iterator[list[Row]]:
        done = 0
        for step in rows(listing):
            yield step
            done += len(step)
            if told is not None:
                told(done)

    cells = ([column.value(row) for column in columns] for row in chain.from_iterable(steps()))
    heads = [Head(column.label, column.width) for column in columns]
    return workbook(about(listing, who), [Sheet(gettext_lazy("Danh sách"), heads, cells)])
