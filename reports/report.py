"""What a report says, as plain values: made once at the cut-off, kept as JSON, printed on pages, paper, in workbooks.

Pure. Every number is a `Figure` that knows its decimals and its unit of measure, so that page, PDF and workbook print
the same digits, and two reports can be compared digit by digit.
"""

import hashlib
import json
from collections.abc import Iterator
from dataclasses import asdict, dataclass, field, replace

from hcmc_ioc.lib import words


@dataclass(frozen=True)
class Figure:
    """A number as it is printed; `unit` is "%" (0–100), words or a mark behind it, "" where the column says it.
    `measure` is its unit of measure where that is not printed with it: for who reckons on."""

    value: float | int | None
    decimals: int = 0
    unit: str = ""
    measure: str = ""

    def __str__(self) -> str:
        if self.value is None:
            return words.UNKNOWN
        text = words.number(self.value, self.decimals)
        return f"{text}{'' if self.is_percent else chr(160)}{self.unit}" if self.unit else text

    @property
    def is_percent(self) -> bool:
        return self.unit.startswith("%")

    @property
    def marks(self) -> str:
        """What stands behind the number and is no unit of measure: “* (sơ bộ)”."""
        return self.unit[1:].strip() if self.is_percent else self.unit if self.measure else ""

    @property
    def counted_in(self) -> str:
        """Its unit of measure, wherever it is printed."""
        return "%" if self.is_percent else self.measure or self.unit


Cell = str | Figure
NOTHING = Figure(None)


def share(part: float | None, whole: float | None = 1, decimals: int = 1) -> Figure:
    """A share as percent; nothing where the whole is 0 or unknown."""
    return Figure(100 * part / whole, decimals, "%") if part is not None and whole else NOTHING


@dataclass(frozen=True)
class Table:
    """The first cell of a row says what the row is of; no two rows of a table say the same."""

    title: str
    columns: list[str]
    rows: list[list[Cell]]
    note: str = ""


@dataclass(frozen=True)
class Chart:
    """Lines over time; of a `None` there was no figure."""

    title: str
    labels: list[str]
    series: list[tuple[str, list[float | None]]]
    form: str = "number"


@dataclass(frozen=True)
class Block:
    """One part of a report. A block that holds nothing gives its `reason`, else the report is not made."""

    code: str
    title: str
    sentences: list[str] = field(default_factory=list)
    tables: list[Table] = field(default_factory=list)
    charts: list[Chart] = field(default_factory=list)
    reason: str = ""

    @property
    def is_empty(self) -> bool:
        told = any(sentence.strip() for sentence in self.sentences)
        drawn = any(value is not None for chart in self.charts for _name, values in chart.series for value in values)
        return not (told or drawn or any(table.rows for table in self.tables))


@dataclass(frozen=True)
class Report:
    """`period` and `cut_off` are in words, `unit` is who it is about, `office` who answers for it."""

    code: str
    title: str
    unit: str
    unit_code: str
    period: str
    span: str
    cut_off: str
    office: dict[str, str]
    blocks: list[Block]

    def faults(self, manifest: list[str]) -> list[str]:
        """Why it may not go out: a part of the manifest is missing, or empty without a reason. [] when it may."""
        there = {block.code: block for block in self.blocks}
        missing = [f"thiếu phần “{code}”" for code in manifest if code not in there]
        empty = [f"phần “{block.title}” trống mà không có lý do"
                 for block in self.blocks if block.is_empty and not block.reason]
        torn = [f"bảng “{table.title}” có dòng không đủ cột" for block in self.blocks for table in block.tables
                if any(len(row) != len(table.columns) for row in table.rows)]
        return missing + empty + torn

    def block(self, code: str) -> Block | None:
        return next((block for block in self.blocks if block.code == code), None)

    def with_block(self, block: Block) -> "Report":
        """The same with this block last, in place of one of its code."""
        return replace(self, blocks=[*(one for one in self.blocks if one.code != block.code), block])

    def to_json(self) -> dict:
        return asdict(self, dict_factory=_plain)

    @classmethod
    def from_json(cls, kept: dict) -> "Report":
        return cls(**kept | {"blocks": [_block(one) for one in kept["blocks"]]})


def _plain(pairs: list[tuple]) -> dict:
    """What is kept of a value; reports made before figures had a measure keep their hash."""
    return {name: value for name, value in pairs if (name, value) != ("measure", "")}


def digest(kept: dict) -> str:
    """SHA-256 of a report as it is kept; the same whatever the order of its names."""
    text = json.dumps(kept, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()


@dataclass(frozen=True)
class Change:
    """A printed digit that differs: where, what was printed, what would be now ("" where it stood in neither)."""

    place: str
    before: str
    now: str


def changes(before: Report, now: Report) -> list[Change]:
    """Every printed text that differs; remarks and what stays the same are left out. A column that only one of them
    has in a table is another way of printing, no correction."""
    columns = [{table.title: table.columns for block in one.blocks for table in block.tables} for one in (before, now)]
    old, new = dict(_printed(before, columns[1])), dict(_printed(now, columns[0]))
    return [Change(place, old.get(place, ""), new.get(place, ""))
            for place in [*old, *(place for place in new if place not in old)]
            if old.get(place, "") != new.get(place, "")]


def _printed(report: Report, others: dict[str, list[str]]) -> Iterator[tuple[str, str]]:
    for block in report.blocks:
        if block.code in UNCOMPARED:
            continue
        for number, sentence in enumerate(block.sentences, 1):
            yield f"{block.title}, câu {number}", sentence
        for table in block.tables:
            for row in table.rows:
                for column, cell in zip(table.columns[1:], row[1:], strict=False):
                    if column in others.get(table.title, table.columns):
                        yield f"{table.title}: {row[0]}, {column}", str(cell)


REMARKS = "remarks"
# What was said, what lacked at the cut-off, what follows from the other parts: none of it is a correction.
UNCOMPARED = frozenset({REMARKS, "quality", "signals"})


def _block(kept: dict) -> Block:
    tables = [Table(**one | {"rows": [[_cell(cell) for cell in row] for row in one["rows"]]}) for one in kept["tables"]]
    charts = [Chart(**one | {"series": [(name, values) for name, values in one["series"]]}) for one in kept["charts"]]
    return Block(**kept | {"tables": tables, "charts": charts})


def _cell(kept: dict | str) -> Cell:
    return kept if isinstance(kept, str) else Figure(**kept)
