"""A report as a workbook (XLSX): numbers as numbers with the printed decimals, text never a formula, and a sheet of all
figures in one list. The same report gives the same bytes."""

import io
from datetime import datetime
from typing import Any

import xlsxwriter

from hcmc_ioc.lib.sheets import FORBIDDEN, LONGEST_NAME, local
from reports.report import Block, Figure, Report

TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
FIRST, REST, TEXT = 44, 16, 90  # widths of columns, in characters
DATA = ["Phần", "Bảng", "Dòng", "Cột", "Giá trị", "Đơn vị tính", "Ghi chú"]


def xlsx(report: Report, *, note: str, stamp: datetime) -> bytes:
    file = io.BytesIO()
    book = xlsxwriter.Workbook(file, {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False})
    book.set_properties({"title": f"{report.title} {report.period}", "author": report.office["name"],
                         "created": local(stamp)})
    forms = _Forms(book)
    _first(book, report, note, forms)
    names: set[str] = set()
    for block in report.blocks:
        if block.tables:
            _tables(book.add_worksheet(_name(block.title, names)), block, forms)
    _data(book.add_worksheet(_name("Dữ liệu", names)), report, forms)
    book.close()
    return file.getvalue()


class _Forms:
    """How cells look; one format for each number of decimals."""

    def __init__(self, book: Any) -> None:
        self.book = book
        self.bold = book.add_format({"bold": True})
        self.head = book.add_format({"bold": True, "text_wrap": True, "valign": "vcenter", "bg_color": "#EEF1F5",
                                     "border": 1, "border_color": "#8A9099"})
        self.text = book.add_format({"text_wrap": True, "valign": "top"})
        self.note = book.add_format({"italic": True})
        self._numbers: dict[tuple[int, str], Any] = {}

    def of(self, figure: Figure) -> Any:
        key = figure.decimals, "%" if figure.is_percent else ""
        if key not in self._numbers:
            shown = "#,##0" + (f".{'0' * figure.decimals}" if figure.decimals else "") + key[1]
            self._numbers[key] = self.book.add_format({"num_format": shown})
        return self._numbers[key]


def _first(book: Any, report: Report, note: str, forms: _Forms) -> None:
    sheet = book.add_worksheet("Tóm tắt")
    sheet.set_column(0, 0, FIRST)
    sheet.set_column(1, 1, TEXT)
    lines = [("Báo cáo", report.title), ("Đơn vị", report.unit), ("Kỳ", report.period), ("Số liệu", report.span),
             ("Chốt số liệu", report.cut_off), ("Cơ quan ban hành", report.office["name"]), ("Bản", note)]
    lines += [(block.title if place == 0 else "", sentence) for block in report.blocks
              for place, sentence in enumerate([*block.sentences, block.reason] if block.reason else block.sentences)]
    for row, (what, text) in enumerate(lines):
        sheet.write_string(row, 0, what, forms.bold)
        sheet.write_string(row, 1, text, forms.text)


def _tables(sheet: Any, block: Block, forms: _Forms) -> None:
    sheet.set_column(0, 0, FIRST)
    sheet.set_column(1, max(len(table.columns) for table in block.tables) - 1, REST)
    if len(block.tables) == 1:
        sheet.freeze_panes(2, 1)
        if all(isinstance(row[-1], str) for row in block.tables[0].rows) and len(block.tables[0].columns) == 2:
            sheet.set_column(1, 1, TEXT, forms.text)
    line = 0
    for table in block.tables:
        sheet.write_string(line, 0, table.title, forms.bold)
        for column, head in enumerate(table.columns):
            sheet.write_string(line + 1, column, head, forms.head)
        for row in table.rows:
            line += 1
            for column, cell in enumerate(row):
                _write(sheet, line + 1, column, cell, forms)
        if table.note:
            line += 1
            sheet.write_string(line + 1, 0, table.note, forms.note)
        line += 3


def _write(sheet: Any, row: int, column: int, cell: str | Figure, forms: _Forms) -> None:
    if isinstance(cell, str):
        sheet.write_string(row, column, cell)
    elif cell.value is not None:
        sheet.write_number(row, column, cell.value / 100 if cell.is_percent else cell.value, forms.of(cell))


def _data(sheet: Any, report: Report, forms: _Forms) -> None:
    """Every figure in a line of its own, for who reckons on."""
    sheet.freeze_panes(1, 0)
    sheet.set_column(0, 3, 30)
    sheet.set_column(4, 6, REST)
    for column, head in enumerate(DATA):
        sheet.write_string(0, column, head, forms.head)
    line = 0
    for block in report.blocks:
        for table in block.tables:
            for row in table.rows:
                for head, cell in zip(table.columns[1:], row[1:], strict=True):
                    if isinstance(cell, Figure) and cell.value is not None:
                        line += 1
                        for column, text in enumerate((block.title, table.title, str(row[0]), head)):
                            sheet.write_string(line, column, text)
                        sheet.write_number(line, 4, cell.value, forms.of(Figure(0, cell.decimals)))
                        sheet.write_string(line, 5, cell.counted_in)
                        sheet.write_string(line, 6, cell.marks)


def _name(title: str, taken: set[str]) -> str:
    """A name that a workbook may bear, not borne by another sheet."""
    plain = title.translate(FORBIDDEN).strip()
    name = plain[:LONGEST_NAME]
    for number in range(2, 100):
        if name.lower() not in taken and name != "Tóm tắt":
            break
        name = f"{plain[:LONGEST_NAME - 3]} {number}"
    taken.add(name.lower())
    return name
