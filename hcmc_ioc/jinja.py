"""The templates' language: Jinja2 with the words, addresses, functions and filters that every page may use.

Jinja2 (BSD) instead of Django's own language: it compiles a template once to Python, and a page of figures or a list
takes a third of the time. Django's admin keeps Django's (`templates/for_admin/`).
"""

from functools import lru_cache
from importlib import import_module
from importlib.util import find_spec
from pkgutil import iter_modules

from django.apps import apps
from django.template import defaultfilters
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext, ngettext
from django_htmx.jinja import htmx_script
from jinja2 import ChainableUndefined, Environment

from hcmc_ioc.lib.assets import address
from hcmc_ioc.lib.caching import per_language
from hcmc_ioc.lib.templating import Library

DJANGOS = ("capfirst", "default_if_none", "filesizeformat", "stringformat", "truncatechars", "yesno")


def environment(**options) -> Environment:
    """The environment of `settings.TEMPLATES`; what nobody gave is empty, as deep as it is asked."""
    made = Environment(**options | {"undefined": ChainableUndefined}, extensions=["jinja2.ext.i18n"])  # noqa: S701
    said = per_language(gettext)
    made.install_gettext_callables(said, ngettext, newstyle=False)
    made.globals |= {"_": said, "url_for": url_for, "static": address, "clock": clock, "htmx_script": htmx_script}
    made.filters |= {name: getattr(defaultfilters, name) for name in DJANGOS} | {"date": date}
    for _app, library in libraries():
        made.globals |= library.functions
        made.filters |= library.filters
    return made


def libraries() -> list[tuple[str, Library]]:
    """The libraries of all apps with the app that each belongs to."""
    found = []
    for app in (config.name for config in apps.get_app_configs()):
        if find_spec(f"{app}.templatetags") is not None:
            package = import_module(f"{app}.templatetags")
            modules = [import_module(f"{package.__name__}.{each.name}") for each in iter_modules(package.__path__)]
            found += [(app, getattr(module, "register", None)) for module in modules]
    return [(app, library) for app, library in found if isinstance(library, Library)]


@lru_cache(maxsize=20_000)
def url_for(name: str, *args, **kwargs) -> str:
    """Kept: a list links a hundred times to the same pages."""
    return reverse(name, args=args, kwargs=kwargs)


def date(value, form: str = "") -> str:
    """A day or a moment, in the city's time: `day|date("d/m/Y")`."""
    return defaultfilters.date(timezone.template_localtime(value), form or None)


def clock(form: str) -> str:
    return date(timezone.now(), form)
