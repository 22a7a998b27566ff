"""The register as files: out as XLSX and CSV, in by the path of all files – read once, faults at their row, all or
nothing, what would change shown before anything is written, committed exactly as it was staged."""

import csv
import hashlib
import io
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import IO, Any

from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.actors import Actor
from coordination.investments import access, register
from coordination.investments.forms import ItemForm
from coordination.models import Component, Item, ItemFile
from districts.models import Unit
from hcmc_ioc.lib import sheets
from hcmc_ioc.lib.sheets import Head, Sheet
from indicators import reading

TABLE = gettext_lazy("Hạng mục")
CODE, UNIT, COMPONENT = gettext_lazy("Mã"), gettext_lazy("Mã đơn vị"), gettext_lazy("Mã thành phần")
STATE, SPENT, DONE = gettext_lazy("Trạng thái"), gettext_lazy("Đã chi (đồng)"), gettext_lazy("Đã làm (%)")
HEADS = {
    "name": gettext_lazy("Tên hạng mục"), "purpose": gettext_lazy("Mục đích"), "place": gettext_lazy("Nơi sử dụng"),
    "starts": gettext_lazy("Bắt đầu"), "ends": gettext_lazy("Kết thúc"), "cost": gettext_lazy("Kinh phí (đồng)"),
    "yearly_cost": gettext_lazy("Vận hành mỗi năm (đồng)"), "supplier": gettext_lazy("Nhà cung cấp"),
    "links": gettext_lazy("Tài liệu"), "monthly_price": gettext_lazy("Giá thuê mỗi tháng (đồng)"),
    "service_quantity": gettext_lazy("Khối lượng thuê"), "service_measure": gettext_lazy("Tính theo")}
REQUIRED = ("name", "purpose", "starts", "ends", "cost")
MOST_ROWS = 5000
RUN = ("=", "+", "-", "@", "\t", "\r")  # what a spreadsheet takes for a formula


@dataclass(frozen=True)
class Difference:
    """What one row of a file would do: a new item, or another word here and there."""

    row: int
    name: str
    is_new: bool
    changes: list[tuple[str, str, str]]


def rows(actor: Actor, items: Iterable[Item]) -> Iterator[list[Any]]:
    for item in items:
        offers = access.sees_offers(actor, item)
        yield [item.code, item.unit.code, item.component.code, *(
            "" if name == "supplier" and not offers else _cell(getattr(item, name)) for name in HEADS),
            item.get_state_display(), float(item.spent), item.done_percent]


def _cell(value: Any) -> Any:
    return float(value) if hasattr(value, "quantize") else value


def heads() -> list[str]:
    return [str(head) for head in (CODE, UNIT, COMPONENT, *HEADS.values(), STATE, SPENT, DONE)]


def workbook(actor: Actor, items: Iterable[Item], who: str, now: datetime) -> IO[bytes]:
    about = sheets.about(str(_("Đầu tư công nghệ thông tin")), who, now, [
        (gettext_lazy("Cách điền"),
         _("Hàng không có mã là hạng mục mới; không đổi mã. Trạng thái và tiến độ chỉ để đọc."))])
    columns = tuple(Head(head, 40 if place in (3, 4) else 18) for place, head in enumerate(heads()))
    return sheets.workbook(about, [Sheet(TABLE, columns, rows(actor, items))])


def as_csv(actor: Actor, items: Iterable[Item]) -> bytes:
    """The same rows as text, with the mark by which spreadsheets know UTF-8."""
    table = io.StringIO()
    writer = csv.writer(table)
    writer.writerow(heads())
    for row in rows(actor, items):
        writer.writerow([_text(cell) for cell in row])
    return table.getvalue().encode("utf-8-sig")


def _text(cell: Any) -> str:
    """A number as a number; text that a spreadsheet would run as a formula is quoted."""
    if cell is None:
        return ""
    if isinstance(cell, float):
        return f"{cell:.0f}"
    text = str(cell)
    return f"'{text}" if text.startswith(RUN) else text


def stage(actor: Actor, name: str, file: IO[bytes], now: datetime) -> ItemFile:
    """Read a file and keep what it says; `CannotRead` where it is unusable as a whole."""
    if actor.user is None:
        raise PermissionError("a file is somebody's")
    content = file.read()
    staged: list[dict] = []
    faults: list[list] = []
    known = _Known(actor)
    sheet = str(TABLE) if name.lower().endswith(".xlsx") else ""
    for row in reading.rows(name, io.BytesIO(content), sheet=sheet):
        if len(staged) + len(faults) >= MOST_ROWS:
            raise reading.CannotRead(_("Tệp có hơn %(n)s dòng.") % {"n": MOST_ROWS})
        if lacking := [head for head in heads()[:3] + [str(HEADS[one]) for one in REQUIRED] if head not in row.cells]:
            raise reading.CannotRead(_("Tệp thiếu cột: %(names)s") % {"names": ", ".join(lacking)})
        given = _given(row)
        found = known.faults(given)
        faults += [[row.number, fault] for fault in found]
        staged.append(given | {"row": row.number})
    return ItemFile.objects.create(
        user=actor.user, name=name[:200], sha256=hashlib.sha256(content).hexdigest(), at=now, rows=staged,
        faults=faults)


def _given(row: reading.Row) -> dict[str, str]:
    given = {name: _unquoted(row.cells.get(str(head), "")) for name, head in HEADS.items()}
    codes = {"code": row.cells[str(CODE)], "unit": row.cells[str(UNIT)], "component": row.cells[str(COMPONENT)]}
    return given | codes


def _unquoted(text: str) -> str:
    return text[1:] if text.startswith("'") and text[1:].startswith(RUN) else text


class _Known:
    """What codes mean, read once for a whole file; whose rows this person may bring."""

    def __init__(self, actor: Actor) -> None:
        self.actor = actor
        self.units = {one.code: one for one in Unit.objects.in_force()}
        self.components = {one.code: one for one in Component.objects.all()}
        self.items = {one.code: one for one in register.visible(actor)}
        self.seen: set[str] = set()

    def item(self, given: dict) -> Item | None:
        return self.items.get(given["code"])

    def form(self, given: dict) -> ItemForm:
        unit, component = self.units.get(given["unit"]), self.components.get(given["component"])
        data = {name: given[name] for name in HEADS} | {
            "unit": unit.pk if unit else None, "component": component.pk if component else None}
        kept = self.item(given)
        instance = Item.objects.get(pk=kept.pk) if kept else None
        return ItemForm(data, instance=instance, actor=self.actor)

    def faults(self, given: dict) -> list[str]:
        if given["code"] and (own := self._code_fault(given)):
            return [own]
        found = []
        if given["unit"] not in self.units:
            found.append(_("Không có đơn vị mã “%(code)s”.") % {"code": given["unit"][:40]})
        if given["component"] not in self.components:
            found.append(_("Không có thành phần mã “%(code)s”.") % {"code": given["component"][:40]})
        form = self.form(given)
        for name, faults in form.errors.items():
            if name not in ("unit", "component") or not found:
                found += [f"{HEADS.get(name, name)}: {fault}" for fault in faults]
        return found

    def _code_fault(self, given: dict) -> str:
        item = self.item(given)
        if item is None or not access.may_edit(self.actor, item) or item.state == Item.State.LEFT:
            return _("Mã “%(code)s” không phải hạng mục mà bạn sửa được.") % {"code": given["code"][:40]}
        if given["code"] in self.seen:
            return _("Mã này đã có ở dòng trên.")
        self.seen.add(given["code"])
        planned = {name: str(_cell(getattr(item, name))) for name in register.PLANNED}
        if item.is_kept and any(not _same(given[name], value) for name, value in planned.items()):
            return _("Kinh phí, thời gian của hạng mục đã xác nhận chỉ đổi khi lập lại mốc gốc, trên trang của nó.")
        return ""


def _same(given: str, kept: str) -> bool:
    try:
        return float(given) == float(kept)
    except ValueError:
        return given.strip() == kept


def differences(actor: Actor, file: ItemFile) -> list[Difference]:
    """What committing would change, row by row; rows that change nothing are left out."""
    known, found = _Known(actor), []
    for given in file.rows:
        form, kept = known.form(given), known.item(given)
        if not form.is_valid():
            continue
        if kept is None:
            found.append(Difference(given["row"], given["name"], True, []))
            continue
        changed = [(str(HEADS.get(name, COMPONENT)), _shown(getattr(kept, name)), _shown(form.cleaned_data[name]))
                   for name in form.fields if _shown(getattr(kept, name)) != _shown(form.cleaned_data[name])]
        if changed:
            found.append(Difference(given["row"], kept.name, False, changed))
    return found


def _shown(value: Any) -> str:
    return "–" if value is None or value == "" else f"{value.normalize():f}" if hasattr(value, "normalize") else (
        str(value))


@transaction.atomic
def commit(actor: Actor, file: ItemFile, now: datetime) -> int:
    """Write what was staged, all of it or nothing; returns how many items changed. New ones of a leader are confirmed,
    of staff they stay drafts."""
    file = ItemFile.objects.select_for_update().get(pk=file.pk, user=actor.user)
    if file.done_at or file.faults:
        raise PermissionError("done already, or faulty")
    known, written = _Known(actor), 0
    changing = {one.row for one in differences(actor, file)}
    for given in file.rows:
        if faults := known.faults(given):
            raise reading.CannotRead(_("Dòng %(n)s: %(why)s") % {"n": given["row"], "why": faults[0]})
        if given["row"] not in changing:
            continue
        form = known.form(given)
        form.is_valid()
        item = register.keep(actor, form.instance)
        if not given["code"] and access.may_keep(actor, item.unit_id):
            register.confirm(actor, item)
        written += 1
    file.done_at = now
    file.save()
    return written
