"""The parts of reports: each reads what it needs of `Asked` and gives a `Block`. A manifest names them by code."""

from collections.abc import Callable

from reports.asked import Asked
from reports.blocks import definitions, hotline, indicators, quality, signals, summary
from reports.report import Block

BLOCKS: dict[str, Callable[[Asked], Block]] = {
    "summary": summary.block,
    "hotline": hotline.figures,
    "units": hotline.units,
    "fields": hotline.fields,
    "indicators": indicators.block,
    "signals": signals.block,
    "quality": quality.block,
    "definitions": definitions.block,
}
