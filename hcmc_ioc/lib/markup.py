"""`format_html` for what a page writes hundreds of times.

Django's own asks of every value and of every result whether it is lazy; that took a fifth of the time of a page of
figures. The promise is the same: what is not marked safe is escaped.
"""

from collections.abc import Iterable, Mapping
from typing import Any

from django.utils.safestring import SafeString
from markupsafe import escape


def format_html(template: str, *values, **named) -> SafeString:
    """`template.format(…)` with every value escaped that is not safe already; lazy words are said now."""
    return SafeString(template.format(*map(_safe, values), **{name: _safe(value) for name, value in named.items()}))


def format_html_join(between: str, template: str, rows: Iterable[Iterable]) -> SafeString:
    """`template` for each of `rows`, with `between` (markup of our own) between them."""
    return SafeString(between.join(template.format(*map(_safe, row)) for row in rows))


def markup(template: str, *values) -> SafeString:
    """For values of our own making alone (coordinates, classes): nothing is escaped."""
    return SafeString(template.format(*values))


def join(parts: Iterable[str]) -> SafeString:
    """Parts that are safe already, one after the other."""
    return SafeString("".join(parts))


def attributes(given: Mapping[str, Any]) -> SafeString:
    """As Django's `flatatt`: `True` is an attribute without a value, None and `False` are none."""
    return join(f" {escape(name)}" if value is True else f' {escape(name)}="{_safe(value)}"'
                for name, value in given.items() if value is not None and value is not False)


def _safe(value) -> str:
    return value if isinstance(value, SafeString) else escape(str(value))
