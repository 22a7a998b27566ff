"""Addresses of built files, and icons out of the sprite."""

from functools import lru_cache

from django.conf import settings
from django.templatetags.static import static
from django.utils.safestring import SafeString, mark_safe

from hcmc_ioc.lib.markup import format_html


@lru_cache(maxsize=1000)  # a process serves one build
def address(path: str) -> str:
    """The address of a static file; its plain name when the manifest lacks it, so that the last page always renders."""
    try:
        return static(path)
    except ValueError:
        return f"{settings.STATIC_URL}{path}"


def icon(name: str, label: str = "", tone: str = "") -> SafeString:
    """The icon `name` (frontend/icons.txt): silent to screen readers unless it has a `label` of its own."""
    return _icon(name, str(label), tone)


@lru_cache(maxsize=1000)
def _icon(name: str, label: str, tone: str) -> SafeString:
    voice = format_html('role="img" aria-label="{}"', label) if label else mark_safe('aria-hidden="true"')
    classes = f"icon {tone}-text" if tone else "icon"
    return format_html('<svg class="{}" {}><use href="{}#{}"/></svg>', classes, voice, address("dist/icons.svg"), name)
