"""Data sets: a table brought as a file, checked against its dictionary, kept as a version, read in pieces. The only
writer of `DataSetVersion`, and of the columns of a first one.

All of a file or nothing, every fault with its row and column; the same rows again make no new version. What holds
personal data is never open.
"""

import csv
import gzip
import hashlib
import io
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal, InvalidOperation
from itertools import islice
from typing import IO

from django.db import transaction
from django.db.models import OuterRef, QuerySet, Subquery
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.actors import Actor
from accounts.models import User
from hcmc_ioc.lib import words
from indicators import access, notices, reading
from indicators.models import Column, DataSet, DataSetSubscription, DataSetVersion, Notice
from indicators.models.catalogue import Access

Kind = Column.Kind
MOST_ROWS = 200_000
TOLD = 50  # faults
SAMPLE = 20  # rows
LONGEST = 80  # letters of a column's name


class Refused(ValueError):
    """The file cannot be taken; `faults` say why, with their places."""

    def __init__(self, faults: list[str]) -> None:
        super().__init__(faults[0])
        self.faults = faults


@dataclass
class Brought:
    """What became of a file."""

    version: DataSetVersion
    is_new: bool = True
    columns: list[Column] = field(default_factory=list)  # that were made of a first file


def catalogue() -> QuerySet[DataSet]:
    """Every data set with `updated_at` and `size` (rows) of its latest version."""
    latest = DataSetVersion.objects.filter(data_set=OuterRef("pk")).order_by("-number")
    return DataSet.objects.select_related("field", "owner").annotate(
        updated_at=Subquery(latest.values("at")[:1]), size=Subquery(latest.values("rows")[:1]),
    ).order_by("field__position", "name_vi")


@transaction.atomic
def bring(actor: Actor, data_set: DataSet, name: str, file: IO[bytes], note: str = "") -> Brought:
    """Keep the file as the next version; of a first file the dictionary is made too, to be explained afterwards.
    `Refused` with every fault; PermissionError for who may not."""
    if not access.may_bring(actor, data_set):
        raise PermissionError("bring")
    DataSet.objects.select_for_update().get(pk=data_set.pk)
    columns = list(data_set.columns.all())
    heads, rows = _read(name, file)
    made = [] if columns else _guessed(data_set, heads, rows)
    if faults := _faults(columns or made, heads, rows):
        raise Refused(faults)
    content = _packed(heads, rows)
    digest = hashlib.sha256(content).hexdigest()
    latest = data_set.versions.first()
    if latest is not None and latest.sha256 == digest:
        return Brought(latest, is_new=False)
    Column.objects.bulk_create(made)
    version = DataSetVersion.objects.create(
        data_set=data_set, number=latest.number + 1 if latest else 1, at=timezone.now(), user=actor.user, note=note,
        rows=len(rows), heads=heads, content=gzip.compress(content, mtime=0), sha256=digest)
    _tell(version, actor)
    return Brought(version, columns=made)


def _tell(version: DataSetVersion, actor: Actor) -> None:
    """Whoever follows the data set, and did not bring this version."""
    chosen, followers = version.data_set, DataSetSubscription.objects.filter(data_set=version.data_set)
    told = {"what_vi": chosen.name_vi, "what_en": chosen.name_en or chosen.name_vi, "words": words.number(version.rows)}
    notices.tell(notices.Told(
        user_id, f"data_set:{chosen.pk}:{version.number}", Notice.Code.DATA_SET, chosen.get_absolute_url(),
        parameters=told) for user_id in followers.exclude(user=actor.user).values_list("user_id", flat=True))


def subscribe(user: User, chosen: DataSet, *, is_wanted: bool) -> None:
    """Tell the person of new versions, or no longer."""
    if is_wanted:
        DataSetSubscription.objects.get_or_create(data_set=chosen, user=user)
    else:
        DataSetSubscription.objects.filter(data_set=chosen, user=user).delete()


def is_subscribed(user: User, chosen: DataSet) -> bool:
    return DataSetSubscription.objects.filter(data_set=chosen, user=user).exists()


def rows_of(version: DataSetVersion, first: int = 0, count: int | None = None) -> Iterator[list[str]]:
    """Rows of a version from the place `first` on, in the order of the file."""
    with gzip.open(io.BytesIO(bytes(version.content)), "rt", encoding="utf-8", newline="") as file:
        last = None if count is None else 1 + first + count
        yield from islice(csv.reader(file), 1 + first, last)  # after the heads


def sees(actor: Actor, data_set: DataSet) -> bool:
    """Whether the actor sees the rows: what is not shared only its owner's people."""
    if not data_set.is_shared:
        return actor.scope is not None and data_set.owner_id in actor.scope
    return access.sees(actor, data_set)


def access_fault(data_set: DataSet) -> str:
    """Why the access cannot be as it is; "" where it can."""
    if data_set.access == Access.OPEN and data_set.pk and data_set.columns.filter(is_personal=True).exists():
        return _("Có cột chứa dữ liệu cá nhân nên không để mọi đơn vị xem được.")
    return ""


def _read(name: str, file: IO[bytes]) -> tuple[list[str], list[list[str]]]:
    heads: list[str] = []
    rows: list[list[str]] = []
    try:
        for row in reading.rows(name, file):
            heads = heads or list(row.cells)
            rows.append([row.cells.get(head, "") for head in heads])
            if len(rows) > MOST_ROWS:
                raise Refused([_("Tệp có hơn %(n)s dòng.") % {"n": f"{MOST_ROWS:,}".replace(",", ".")}])
    except reading.CannotRead as exc:
        raise Refused([str(exc)]) from exc
    if strange := [head for head in heads if len(head) > LONGEST or not head.isprintable()]:
        raise Refused([_("Tên cột “%(head)s” dài quá %(n)s chữ hoặc có ký tự lạ.") % {
            "head": ascii(strange[0])[1:41], "n": LONGEST}])
    if not rows:
        raise Refused([_("Tệp không có dòng nào.")])
    return heads, rows


def _guessed(data_set: DataSet, heads: list[str], rows: list[list[str]]) -> list[Column]:
    """The columns of a first file; a kind holds where every cell is of it. A code with a leading zero is text."""
    found = []
    for place, head in enumerate(heads):
        cells = [row[place] for row in rows if row[place]]
        kind = next((kind for kind in (Kind.DAY, Kind.NUMBER) if cells and all(_is(kind, cell) for cell in cells)),
                    Kind.TEXT)
        if kind == Kind.NUMBER and any(len(cell) > 1 and cell[0] == "0" and cell[1].isdigit() for cell in cells):
            kind = Kind.TEXT
        found.append(Column(data_set=data_set, position=place, head=head, kind=kind))
    return found


def _faults(columns: list[Column], heads: list[str], rows: list[list[str]]) -> list[str]:
    known = {column.head for column in columns}
    faults = [_("Tệp thiếu cột “%(head)s”.") % {"head": column.head} for column in columns if column.head not in heads]
    faults += [_("Tệp có cột “%(head)s” mà mô tả không có.") % {"head": head[:80]} for head in heads
               if head and head not in known]
    if faults:
        return faults
    places = [(heads.index(column.head), column) for column in columns if column.kind != Kind.TEXT]
    for number, row in enumerate(rows, 2):
        for place, column in places:
            if row[place] and not _is(column.kind, row[place]):
                faults.append(_("Dòng %(row)s, cột “%(head)s”: “%(text)s” không phải là %(kind)s.") % {
                    "row": number, "head": column.head, "text": row[place][:40],
                    "kind": Kind(column.kind).label})
        if len(faults) >= TOLD:
            break
    return faults[:TOLD]


def _is(kind: str, text: str) -> bool:
    try:
        if kind == Kind.DAY:
            date.fromisoformat(text)
        else:
            return Decimal(text).is_finite()
    except (ValueError, InvalidOperation):
        return False
    return True


def _packed(heads: list[str], rows: list[list[str]]) -> bytes:
    text = io.StringIO(newline="")
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(heads)
    writer.writerows(rows)
    return text.getvalue().encode()
