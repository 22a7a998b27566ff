"""Charts as inline SVG, drawn by the server: the same in the page, in print and without scripts.

Pure functions from values to `SafeString`. Colour comes from CSS classes only (static/css/charts.css); widths are
percentages, so that letters keep their size on every screen. `None` is "not known" and stays a gap. Each picture has
`role="img"` and a label in the language in force.
"""

from hcmc_ioc.lib.svg.charts import histogram, trend
from hcmc_ioc.lib.svg.judged import FunnelUnit, Sign, control, funnel
from hcmc_ioc.lib.svg.maps import Shape, Tile, legend, outline_map, tile_map
from hcmc_ioc.lib.svg.marks import bar, dot_interval, sparkline
from hcmc_ioc.lib.svg.parts import save_button
from hcmc_ioc.lib.svg.scales import MANY_DAYS, class_of, limits, weeks

__all__ = [
    "MANY_DAYS",
    "FunnelUnit",
    "Shape",
    "Sign",
    "Tile",
    "bar",
    "class_of",
    "control",
    "dot_interval",
    "funnel",
    "histogram",
    "legend",
    "limits",
    "outline_map",
    "save_button",
    "sparkline",
    "tile_map",
    "trend",
    "weeks",
]
