"""Charts in templates: thin tags over `hcmc_ioc.lib.svg`, where each is explained. `{% load svg %}`"""

from django import template

from hcmc_ioc.lib import svg

register = template.Library()

for name in (
    "sparkline",
    "dot_interval",
    "bar",
    "trend",
    "histogram",
    "save_button",
):
    register.simple_tag(getattr(svg, name), name=name)
