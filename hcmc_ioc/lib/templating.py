"""What the templates of an app may call: libraries of functions and filters, each a module in `<app>/templatetags/`."""

from django import template
from django.template.loader import render_to_string
from django.utils.safestring import SafeString
from django.utils.translation import get_language
from jinja2 import pass_context

from hcmc_ioc.lib import caching


class Library(template.Library):
    """Django's library that also keeps its plain `functions`, which `hcmc_ioc/jinja.py` gives to every template.

    A function that `takes_context` gets the template's context first. A filter that `expects_localtime` is given
    moments in the city's time, as Django's own does.
    """

    def __init__(self):
        super().__init__()
        self.functions = {}

    def simple_tag(self, func=None, takes_context=None, name=None):
        if func is None:
            return lambda func: self.simple_tag(func, takes_context, name)
        self.functions[name or func.__name__] = pass_context(func) if takes_context else func
        return super().simple_tag(func, takes_context=takes_context, name=name)


def rendered(name: str, context: dict) -> SafeString:
    """A template as a piece of another one."""
    return SafeString(render_to_string(name, context))


_pieces = caching.Kept(2000)


def kept(name: str, *about, shown: dict) -> SafeString:
    """A template as a piece of another one, written anew only when something it is `about` changed: all that `shown`
    has of values, in tuples that can be looked up. One call changes one row of a page of figures."""
    return _pieces.get((get_language(), name, about), lambda: rendered(name, shown))


def same(name: str) -> SafeString:
    """A template that shows nothing but words, as a piece of every page."""
    return kept(name, shown={})
