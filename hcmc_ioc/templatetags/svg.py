"""Charts in templates: thin tags over `hcmc_ioc.lib.svg`, where each is explained."""

from hcmc_ioc.lib import svg
from hcmc_ioc.lib.caching import drawn_once
from hcmc_ioc.lib.templating import Library

register = Library()

for name in (
    "sparkline",
    "dot_interval",
    "bar",
    "trend",
    "histogram",
    "save_button",
):
    register.simple_tag(drawn_once(getattr(svg, name)), name=name)
