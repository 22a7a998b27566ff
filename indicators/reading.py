"""Files of values as rows: CSV, CSV.gz, XLSX. Sizes are bounded before anything is unpacked."""

import codecs
import csv
import gzip
import io
import zipfile
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import IO, Any

from django.utils.translation import gettext as _

MOST_BYTES = 200_000_000  # unpacked
MOST_ROWS = 1_000_000
BROKEN = (csv.Error, EOFError, OSError, zlib.error, zipfile.BadZipFile, UnicodeDecodeError)


class CannotRead(Exception):
    """The file as a whole is unusable; the message says why and what to do."""


@dataclass(frozen=True)
class Row:
    """One row: its number as a person counts them (the head is row 1) and its cells as text, by column."""

    number: int
    cells: dict[str, str]
    sheet: str = ""
    numbers: frozenset[str] = frozenset()  # columns whose cells hold numbers, not text (workbooks alone)


def rows(
    name: str, file: IO[bytes], *, encoding: str = "utf-8", delimiter: str = ",", sheet: str = "",
) -> Iterator[Row]:
    """The rows of a file; raises `CannotRead`, also in the middle of a file that breaks off."""
    suffix = name.lower()
    try:
        if suffix.endswith(".xlsx"):
            yield from _bounded(_workbook(file, sheet))
        elif suffix.endswith(".csv.gz"):
            yield from _bounded(_csv(_Limited(gzip.GzipFile(fileobj=file)), encoding, delimiter))
        elif suffix.endswith(".csv"):
            yield from _bounded(_csv(file, encoding, delimiter))
        else:
            raise CannotRead(_("Chỉ nhận tệp CSV, CSV.gz hoặc XLSX."))
    except BROKEN as exc:
        raise CannotRead(_("Tệp hỏng hoặc bị cắt giữa chừng: %(why)s") % {"why": exc}) from exc


def _bounded(found: Iterator[Row]) -> Iterator[Row]:
    for count, row in enumerate(found):
        if count >= MOST_ROWS:
            raise CannotRead(_("Tệp có hơn %(n)s dòng.") % {"n": f"{MOST_ROWS:,}".replace(",", ".")})
        yield row


class _Limited(io.RawIOBase):
    """A stream that refuses to go on for ever."""

    def __init__(self, file: Any) -> None:
        self.file, self.left = file, MOST_BYTES

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        part = self.file.read(len(buffer))
        self.left -= len(part)
        if self.left < 0:
            raise CannotRead(_("Tệp khi giải nén lớn quá %(n)s MB.") % {"n": MOST_BYTES // 1_000_000})
        buffer[: len(part)] = part
        return len(part)


def _csv(file: Any, encoding: str, delimiter: str) -> Iterator[Row]:
    encoding = "utf-8-sig" if codecs.lookup(encoding).name == "utf-8" else encoding
    text = io.TextIOWrapper(io.BufferedReader(file) if isinstance(file, io.RawIOBase) else file, encoding, newline="")
    reader = csv.reader(text, delimiter=delimiter, strict=True)
    heads = [head.strip() for head in next(reader, [])]
    _check_heads(heads)
    for cells in reader:
        if any(cell.strip() for cell in cells):
            if len(cells) != len(heads):
                words = _("Dòng %(row)s có %(n)s ô, đầu bảng có %(heads)s cột: tệp bị cắt hoặc sai dấu phân cách.")
                raise CannotRead(words % {"row": reader.line_num, "n": len(cells), "heads": len(heads)})
            yield Row(reader.line_num, dict(zip(heads, (cell.strip() for cell in cells), strict=True)))


def _check_heads(heads: list[str]) -> None:
    named = [head for head in heads if head]
    if not named:
        raise CannotRead(_("Tệp không có dòng đầu bảng."))
    if twice := sorted({head for head in named if named.count(head) > 1}):
        raise CannotRead(_("Đầu bảng có hai cột cùng tên: %(names)s") % {"names": ", ".join(twice)})


def _workbook(file: IO[bytes], sheet: str) -> Iterator[Row]:
    from python_calamine import CalamineError, CalamineWorkbook  # only few processes read workbooks

    with zipfile.ZipFile(file) as parts:
        if sum(part.file_size for part in parts.infolist()) > MOST_BYTES:
            raise CannotRead(_("Tệp khi giải nén lớn quá %(n)s MB.") % {"n": MOST_BYTES // 1_000_000})
    empty = _formulas_without_value(file)
    file.seek(0)
    try:
        book = CalamineWorkbook.from_filelike(file)
        name = sheet or book.sheet_names[0]
        if name not in book.sheet_names:
            raise CannotRead(_("Tệp không có trang tính “%(name)s”.") % {"name": name})
        table = book.get_sheet_by_name(name).to_python(skip_empty_area=False)
    except (CalamineError, IndexError) as exc:
        raise CannotRead(_("Tệp XLSX không đọc được: %(why)s") % {"why": exc}) from exc
    heads = [_text(cell) for cell in table[0]] if table else []
    _check_heads(heads)
    for number, cells in enumerate(table[1:], 2):
        texts = {head: FORMULA if (name, number, place) in empty else _text(cell)
                 for place, (head, cell) in enumerate(zip(heads, cells, strict=False), 1) if head}
        if any(texts.values()):
            held = frozenset(head for head, cell in zip(heads, cells, strict=False) if isinstance(cell, float | int))
            yield Row(number, texts, name, held)


FORMULA = "=?"  # a cell with a formula whose value the file does not hold


def _formulas_without_value(file: IO[bytes]) -> set[tuple[str, int, int]]:
    """(sheet, row, column) of cells with a formula that was never reckoned out: read plainly, they would be empty."""
    from openpyxl import load_workbook
    from openpyxl.utils.exceptions import InvalidFileException

    found: set[tuple[str, int, int]] = set()
    try:
        file.seek(0)
        shown = load_workbook(file, read_only=True, data_only=True)
        file.seek(0)
        written = load_workbook(file, read_only=True)
        for sheet in written.sheetnames:
            pairs = zip(written[sheet].iter_rows(), shown[sheet].iter_rows(), strict=False)
            for number, (formulas, values) in enumerate(pairs, 1):
                for place, (formula, value) in enumerate(zip(formulas, values, strict=False), 1):
                    if formula.data_type == "f" and value.value is None:
                        found.add((sheet, number, place))
    except (InvalidFileException, KeyError, ValueError) as exc:
        raise CannotRead(_("Tệp XLSX không đọc được: %(why)s") % {"why": exc}) from exc
    return found


def _text(cell: Any) -> str:
    """A cell as a CSV file would hold it: numbers with a decimal point, days as YYYY-MM-DD."""
    if isinstance(cell, bool):
        return "TRUE" if cell else "FALSE"
    if isinstance(cell, float):
        return str(int(cell)) if cell.is_integer() and abs(cell) < 1e15 else repr(cell)
    if isinstance(cell, datetime):
        return cell.date().isoformat() if (cell.hour, cell.minute, cell.second) == (0, 0, 0) else cell.isoformat(" ")
    if isinstance(cell, date):
        return cell.isoformat()
    return str(cell).strip()


def open_file(path: Path) -> io.BufferedReader:
    try:
        return path.open("rb")
    except OSError as exc:
        raise CannotRead(f"{path}: {exc.strerror}") from exc
