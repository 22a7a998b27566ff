"""What the printed figures mean: the definitions in force in the period, so that a reader needs nothing else."""

from dashboards.figures.registry import FIGURES
from indicators.answers import version_for
from reports.asked import Asked
from reports.blocks.hotline import SHOWN
from reports.blocks.indicators import is_printed
from reports.report import Block, Table


def block(asked: Asked) -> Block:
    rows: list[list] = []
    if "hotline" in asked.type.blocks:
        rows += [[str(FIGURES[code].name), str(FIGURES[code].definition)] for code in SHOWN]
    if "indicators" in asked.type.blocks:
        for one in asked.run.indicators:
            if asked.shows(one) and is_printed(asked, one):
                version = version_for(one, asked.run.spans(one.period_kind)[0])
                rows.append([one.name, version.definition])
    tables = [Table("Định nghĩa các chỉ số", ["Chỉ số", "Định nghĩa"], rows)] if rows else []
    return Block("definitions", "Định nghĩa", tables=tables, reason="" if rows else "Không có chỉ số nào được in.")
