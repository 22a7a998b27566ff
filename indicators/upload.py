"""A sheet as a file: a template with codes and last values, and the filled file read back, compared, committed."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal, InvalidOperation
from typing import IO

from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.actors import Actor
from hcmc_ioc.lib import sheets
from hcmc_ioc.lib.sheets import Head
from hcmc_ioc.lib.sheets import Sheet as Table
from indicators import deliveries, reading, saying, typed
from indicators.arithmetic import WITHOUT_NUMBER, Flag, Parts, faults
from indicators.entry import Sheet, SheetCell, may_key
from indicators.models import Delivery, Staged

CODE, NAME, MEASURE = gettext_lazy("Mã"), gettext_lazy("Chỉ số"), gettext_lazy("Đơn vị tính")
NUMBER, NUMERATOR, DENOMINATOR = gettext_lazy("Số liệu"), gettext_lazy("Tử số"), gettext_lazy("Mẫu số")
NOTE, BEFORE = gettext_lazy("Lý do không có số liệu"), gettext_lazy("Kỳ trước")
PARTS = {"number": NUMBER, "numerator": NUMERATOR, "denominator": DENOMINATOR}
HEADS = (Head(CODE, 26), Head(NAME, 48), Head(MEASURE, 14), Head(NUMBER, 14), Head(NUMERATOR, 14),
         Head(DENOMINATOR, 14), Head(NOTE, 32), Head(BEFORE, 18))
TABLE = gettext_lazy("Số liệu")


@dataclass
class Filled:
    """What a file says of a sheet: values, and what is wrong by its row as a person counts it."""

    given: list[deliveries.Given] = field(default_factory=list)
    wrong: list[tuple[int, str]] = field(default_factory=list)


@dataclass(frozen=True)
class Difference:
    """One cell that committing would change: what stands there, what would."""

    cell: SheetCell
    before: str
    after: str


def template(found: Sheet, who: str, now: datetime) -> IO[bytes]:
    """The workbook to fill: a row per cell, with what is there and what was there a period before."""
    about = sheets.about(found.value_set.name, who, now, [
        (gettext_lazy("Đơn vị"), found.unit.name), (gettext_lazy("Kỳ"), saying.period(found.period)),
        (gettext_lazy("Cách điền"),
         _("Chỉ điền các cột số và lý do; không đổi mã. Ô để trống không làm thay đổi gì."))])
    return sheets.workbook(about, [Table(TABLE, HEADS, (_row(cell) for cell in found.cells))])


def _row(cell: SheetCell) -> list:
    numbers = [None if part is None else float(part) for part in (
        cell.parts.number, cell.parts.numerator, cell.parts.denominator)]
    note = cell.note if cell.flag in (Flag.MISSING, Flag.CANNOT_EXIST) else ""
    before = saying.measured(cell.indicator, cell.before.value) if cell.before else ""
    return [cell.indicator.code, cell.indicator.name, cell.indicator.measure, *numbers, note, before]


def read(found: Sheet, name: str, file: IO[bytes]) -> Filled:
    """The filled file; `CannotRead` where it is unusable as a whole. An empty row says nothing."""
    filled, cells, seen = Filled(), {cell.indicator.code: cell for cell in found.cells}, set()
    for row in reading.rows(name, file, sheet=str(TABLE) if name.lower().endswith(".xlsx") else ""):
        if lacking := [str(head) for head in (CODE, *PARTS.values(), NOTE) if str(head) not in row.cells]:
            raise reading.CannotRead(_("Tệp thiếu cột: %(names)s") % {"names": ", ".join(lacking)})
        code = row.cells[str(CODE)]
        try:
            if code not in cells:
                raise ValueError(_("“%(code)s” không phải là ô của biểu này.") % {"code": code[:60]})
            if code in seen:
                raise ValueError(_("Mã này đã có ở dòng trên."))
            seen.add(code)
            filled.given += _given(found, cells[code], row)
        except ValueError as exc:
            filled.wrong.append((row.number, f"{cells[code].indicator.name}: {exc}" if code in cells else str(exc)))
    return filled


def _given(found: Sheet, cell: SheetCell, row: reading.Row) -> Iterator[deliveries.Given]:
    asked = ("numerator", "denominator") if cell.version.in_parts else ("number",)
    numbers = {part: _number(row, str(PARTS[part])) for part in asked}
    key = cell.indicator.pk, found.unit.pk, found.period.start, cell.version.pk
    note = row.cells[str(NOTE)][:500]
    if all(number is None for number in numbers.values()):
        if note:
            yield deliveries.Given(*key, Parts(), Flag.MISSING, note, rows=str(row.number))
        return
    if any(number is None for number in numbers.values()):
        raise ValueError(_("Cần cả tử số và mẫu số."))
    parts = Parts(**numbers)
    if fault := faults(cell.version.rules, parts):
        raise ValueError(fault)
    flag = Flag.PRELIMINARY if found.value_set.needs_approval else Flag.FINAL
    yield deliveries.Given(*key, parts, flag, rows=str(row.number))


def _number(row: reading.Row, column: str) -> Decimal | None:
    """A cell that holds a number is one; text is read as people here write numbers."""
    text = row.cells[column]
    if text == reading.FORMULA:
        raise ValueError(_("Cột %(column)s: công thức chưa có giá trị; hãy mở tệp, lưu lại rồi gửi.") % {
            "column": column})
    if column not in row.numbers:
        return typed.read(text).number
    try:
        return Decimal(text)
    except InvalidOperation:
        raise ValueError(_("“%(text)s” không phải là số.") % {"text": text[:40]}) from None


def stage(actor: Actor, found: Sheet, name: str, digest: str, filled: Filled) -> Delivery:
    """Keep what the file says until somebody commits or drops it."""
    if not may_key(actor, found.value_set, found.unit):
        raise PermissionError("not a keeper of this set")
    return deliveries.stage(deliveries.new(
        actor, door=Delivery.Door.FILE, value_set=found.value_set, unit=found.unit, start=found.period.start,
        file_name=name[:200], sha256=digest, rejected=len(filled.wrong)), filled.given)


def differences(found: Sheet, delivery: Delivery) -> list[Difference]:
    """The cells that committing would change."""
    cells, changed = {cell.indicator.pk: cell for cell in found.cells}, []
    for row in Staged.objects.filter(delivery=delivery):
        cell = cells[row.indicator_id]
        after = Parts(row.number, row.numerator, row.denominator)
        if (after, row.flag in WITHOUT_NUMBER) != (cell.parts, cell.flag in WITHOUT_NUMBER):
            before = _shown(cell.parts, cell.note) if cell.is_answered else "–"
            changed.append(Difference(cell, before, _shown(after, row.note)))
    places = {cell.indicator.pk: place for place, cell in enumerate(found.cells)}
    return sorted(changed, key=lambda one: places[one.cell.indicator.pk])


def _shown(parts: Parts, note: str) -> str:
    if parts == Parts():
        return note
    return typed.shown(parts.number) if parts.number is not None else (
        f"{typed.shown(parts.numerator)} / {typed.shown(parts.denominator)}")


@transaction.atomic
def commit(actor: Actor, found: Sheet, delivery: Delivery) -> deliveries.Outcome:
    """Write exactly what was staged."""
    if not may_key(actor, found.value_set, found.unit):
        raise PermissionError("not a keeper of this set")
    versions = {cell.indicator.pk: cell.version.pk for cell in found.cells}
    return deliveries.commit(delivery, lambda indicator_id, _start: versions[indicator_id])
