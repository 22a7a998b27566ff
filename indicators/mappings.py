"""How a file's columns become values: mappings, as data (`indicators/data/mappings/*.toml`).

Bad rows are named with their reason. One row that is rejected rejects every value that it would have fed, for a sum
over some of its rows would be wrong without a sign of it.
"""

import codecs
import re
import tomllib
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from functools import cached_property
from pathlib import Path
from typing import Any

from django.utils.translation import gettext as _

from indicators.arithmetic import Flag, Parts, Rules, faults
from indicators.deliveries import Given
from indicators.formulas import BadFormula, Formula
from indicators.lookup import Lookup
from indicators.reading import FORMULA, CannotRead, Row

FOLDER = Path(__file__).parent / "data" / "mappings"
NUMBERS = {".": re.compile(r"-?\d+(\.\d+)?", re.ASCII), ",": re.compile(r"-?(\d{1,3}(\.\d{3})+|\d+)(,\d+)?", re.ASCII)}
PARTS = ("number", "numerator", "denominator")
Key = tuple[int, int, datetime]


@dataclass(frozen=True)
class Rule:
    """Which values come of a row: an indicator's code, formulas over columns (or the column's name), which rows."""

    indicator: str
    number: str = ""
    numerator: str = ""
    denominator: str = ""
    combine: str = ""  # "sum": rows of the same value add up
    where: Mapping[str, Any] = field(default_factory=dict)

    @cached_property
    def formulas(self) -> dict[str, Formula]:
        texts = {name: getattr(self, name) for name in PARTS}
        return {name: Formula(text if "[" in text else f"[{text}]") for name, text in texts.items() if text}

    def wants(self, row: Row) -> bool:
        return all(row.cells.get(column, "") in (wanted if isinstance(wanted, list) else [str(wanted)])
                   for column, wanted in self.where.items())


@dataclass(frozen=True)
class FileMapping:
    unit: str
    period: str
    values: tuple[Rule, ...]
    encoding: str = "utf-8"
    delimiter: str = ","
    decimal: str = "."
    sheet: str = ""
    empty: tuple[str, ...] = ("", "-", "n/a")  # no value: says nothing
    flag: str = ""  # the column that holds a flag
    note: str = ""
    history: bool = False  # loaded long after: lateness is not judged
    name: str = ""

    @classmethod
    def read(cls, name: str) -> "FileMapping":
        """The mapping of a TOML file, or of a name under `indicators/data/mappings`; or `CannotRead`."""
        path = Path(name) if name.endswith(".toml") else FOLDER / f"{name}.toml"
        try:
            return cls.of(tomllib.loads(path.read_text(encoding="utf-8")) | {"name": path.stem})
        except FileNotFoundError:
            known = ", ".join(sorted(path.stem for path in FOLDER.glob("*.toml")))
            raise CannotRead(f"no mapping {name!r}: give a TOML file or one of: {known}") from None
        except (tomllib.TOMLDecodeError, UnicodeDecodeError, TypeError, ValueError, BadFormula) as exc:
            raise CannotRead(f"{path.name}: {exc}") from exc

    @classmethod
    def typed(cls, text: str) -> "FileMapping":
        """The mapping that somebody typed: the name of one of ours, or TOML; or `CannotRead`."""
        name = text.strip()
        if re.fullmatch(r"[\w-]{1,60}", name, re.ASCII):
            return cls.read(name)
        try:
            return cls.of(tomllib.loads(text) | {"name": "TOML"})
        except (tomllib.TOMLDecodeError, LookupError, TypeError, ValueError, BadFormula) as exc:
            raise CannotRead(_("Ánh xạ không đọc được: %(why)s") % {"why": exc}) from exc

    @classmethod
    def of(cls, facts: dict) -> "FileMapping":
        rules = tuple(Rule(**rule) for rule in facts.pop("values", []))
        given = {key: tuple(value) if isinstance(value, list) else value for key, value in facts.items()}
        found = cls(**(given | {"values": rules}))  # type: ignore[arg-type]
        for rule in rules:
            if not rule.formulas or ("denominator" in rule.formulas) != ("numerator" in rule.formulas):
                raise ValueError(f"{rule.indicator}: give number, or numerator and denominator")
            if rule.combine not in ("", "sum"):
                raise ValueError(f"{rule.indicator}: combine can only be \"sum\"")
        if not rules or found.decimal not in NUMBERS or len(found.delimiter) != 1:
            raise ValueError("[[values]], a decimal mark (\".\" or \",\") and a delimiter of one character are needed")
        codecs.lookup(found.encoding)
        return found


@dataclass(frozen=True)
class Reject:
    row: Row
    reason: str


class Reader:
    """Rows of one file → values; `rejects` holds the rows that came to nothing."""

    def __init__(self, mapping: FileMapping) -> None:
        self.mapping, self.read = mapping, 0
        self.rejects: list[Reject] = []
        self.known = Lookup({rule.indicator for rule in mapping.values})
        if strange := {rule.indicator for rule in mapping.values} - self.known.catalogue.keys():
            raise CannotRead(_("Chưa có chỉ số %(codes)s trong danh mục.") % {"codes": ", ".join(sorted(strange))})
        self._fed: dict[Key, list[tuple[Row, Rule, Parts]]] = defaultdict(list)
        self._poisoned: dict[Key, str] = {}

    def values(self, rows: Iterable[Row]) -> list[Given]:
        """What the file says; call it once."""
        for row in rows:
            self.read += 1
            if self.read == 1:
                self._check_columns(row)
            self._take(row)
        return list(self._combined())

    def _check_columns(self, row: Row) -> None:
        asked = {self.mapping.unit, self.mapping.period, *filter(None, (self.mapping.flag, self.mapping.note))}
        for rule in self.mapping.values:
            asked |= set(rule.where) | {code for one in rule.formulas.values() for code, _part in one.operands}
        if lacking := sorted(asked - row.cells.keys()):
            raise CannotRead(_("Tệp thiếu cột: %(names)s") % {"names": ", ".join(lacking)})

    def _take(self, row: Row) -> None:
        wanted = [rule for rule in self.mapping.values if rule.wants(row)]
        keys: list[Key] = []
        found: list[tuple[Key, Rule, Parts]] = []
        reasons: list[str] = []
        for rule in wanted:
            try:
                key = self._key(rule, row)
                keys.append(key)
                parts = self._parts(rule, row)
                if parts is not None and (fault := faults(self._rules(rule, key), parts)):
                    raise ValueError(fault)
                if parts is not None:
                    found.append((key, rule, parts))
            except ValueError as exc:
                reasons.append(str(exc))
        if reasons:
            self.rejects.append(Reject(row, "; ".join(dict.fromkeys(reasons))))
            for key in keys:
                self._poisoned.setdefault(key, _("dòng %(row)s cùng số liệu này bị loại") % {"row": row.number})
            return
        for key, rule, parts in found:
            self._fed[key].append((row, rule, parts))

    def _key(self, rule: Rule, row: Row) -> Key:
        indicator = self.known.catalogue[rule.indicator]
        period = self.known.period(indicator.period_kind, row.cells[self.mapping.period])
        return indicator.pk, self.known.unit(row.cells[self.mapping.unit], period).pk, period.start

    def _rules(self, rule: Rule, key: Key) -> Rules:
        return self.known.version(self.known.catalogue[rule.indicator], key[2]).rules

    def _parts(self, rule: Rule, row: Row) -> Parts | None:
        """The value of a row; None where all its cells are empty."""
        numbers: dict[str, Decimal | None] = {}
        for name, formula in rule.formulas.items():
            given = {operand: self._number(row, operand[0]) for operand in formula.operands}
            numbers[name] = formula.value(given)
            if numbers[name] is None and any(number is not None for number in given.values()):
                raise ValueError(_("Thiếu một ô trong %(columns)s.") % {
                    "columns": ", ".join(code for code, _part in formula.operands)})
        if all(number is None for number in numbers.values()):
            return None
        return Parts(**numbers)

    def _number(self, row: Row, column: str) -> Decimal | None:
        text = row.cells[column]
        if text in self.mapping.empty:
            return None
        if text == FORMULA:
            raise ValueError(_("Cột %(column)s: công thức chưa có giá trị; hãy mở tệp, lưu lại rồi gửi.") % {
                "column": column})
        if text.endswith("%"):
            raise ValueError(_("Cột %(column)s: “%(text)s” có dấu %%; hãy ghi tử số và mẫu số.") % {
                "column": column, "text": text[:40]})
        mark = self.mapping.decimal if not row.sheet else "."
        if not NUMBERS[mark].fullmatch(text) or len(text) > 30:
            raise ValueError(_("Cột %(column)s: “%(text)s” không phải là số (dấu thập phân là “%(mark)s”).") % {
                "column": column, "text": text[:40], "mark": mark})
        return Decimal(text.replace(".", "").replace(",", ".") if mark == "," else text)

    def _combined(self) -> Iterator[Given]:
        by_id = {one.pk: one for one in self.known.catalogue.values()}
        for key, fed in self._fed.items():
            indicator = by_id[key[0]]
            reason = self._poisoned.get(key, "")
            if not reason and len(fed) > 1 and fed[0][1].combine != "sum":
                reason = _("hai dòng cho cùng một số liệu: %(rows)s") % {
                    "rows": ", ".join(str(row.number) for row, *_rest in fed[:5])}
            version = self.known.version(indicator, key[2])
            parts = _added([parts for _row, _rule, parts in fed])
            reason = reason or faults(version.rules, parts)
            if reason:
                self.rejects += [Reject(row, reason) for row, *_rest in fed]
                continue
            row = fed[0][0]
            yield Given(*key, version_id=version.pk, parts=parts, flag=self._flag(row),
                        note=row.cells[self.mapping.note][:500] if self.mapping.note else "",
                        rows=",".join(str(row.number) for row, *_rest in fed)[:120])

    def _flag(self, row: Row) -> str:
        text = row.cells[self.mapping.flag] if self.mapping.flag else ""
        return text if text in Flag.values else Flag.FINAL


def _added(parts: list[Parts]) -> Parts:
    def total(name: str) -> Decimal | None:
        numbers = [getattr(one, name) for one in parts]
        return None if numbers[0] is None else sum(numbers[1:], numbers[0])

    return Parts(*(total(name) for name in PARTS))
