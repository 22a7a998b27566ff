"""Report → PDF. The same report, edition and moment give the same bytes on the same release of the library: the time
in the file is that of the cut-off, and no font of the machine is asked."""

import json
import re
from datetime import datetime, timedelta, timezone
from functools import cache
from pathlib import Path

import typst

from districts.cities import city
from reports.paper.drawing import lines
from reports.report import Block, Figure, Report, Table

LONGEST = 24  # letters of a word
ROOT = Path(__file__).parent
TEMPLATE = ROOT / "report.typ"


def pdf(report: Report, *, note: str, stamp: datetime, day: datetime) -> bytes:
    """Tagged (PDF/UA-1). `note` stands at the end of the document; `stamp` is the time of the file, `day` its date."""
    local = day.astimezone(city().time_zone)
    told = {
        "title": report.title, "unit": report.unit, "period": report.period, "span": report.span,
        "cut_off": report.cut_off, "office": report.office, "note": note,
        "date": f"ngày {local:%d} tháng {local:%m} năm {local.year}", "blocks": [_block(one) for one in report.blocks],
    }
    given = {"report": json.dumps(told, ensure_ascii=False)}
    fixed = timezone(local.utcoffset() or timedelta())
    made = _compiler().compile(format="pdf", sys_inputs=given, pdf_standards=["ua-1"],
                               timestamp=stamp.replace(microsecond=0).astimezone(fixed))
    if not isinstance(made, bytes):
        raise TypeError("a PDF is one file")
    return made


@cache
def _compiler() -> typst.Compiler:
    return typst.Compiler(str(TEMPLATE), root=str(ROOT), ignore_system_fonts=True)


def _block(block: Block) -> dict:
    return {
        "title": block.title, "sentences": [_broken(one) for one in block.sentences], "reason": block.reason,
        "tables": [_table(one) for one in block.tables],
        "charts": [{"title": one.title, "drawn": lines(one), "read": _read(one)} for one in block.charts],
    }


def _table(table: Table) -> dict:
    numeric = [any(isinstance(row[place], Figure) for row in table.rows) for place in range(len(table.columns))]
    rows = [[_broken(str(cell)) for cell in row] for row in table.rows]
    return {"title": table.title, "columns": table.columns, "numeric": numeric, "rows": rows, "note": table.note}


def _broken(text: str) -> str:
    """A word that no line would hold may break."""
    return re.sub(rf"(\S{{{LONGEST}}})(?=\S)", "\\1\u200b", text)


def _read(chart) -> str:
    """What the picture shows, for who cannot see it."""
    return f"{chart.title}: {', '.join(name for name, _values in chart.series)}, {chart.labels[0]} – {chart.labels[-1]}"
