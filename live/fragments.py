"""Pieces of pages that many screens share: rendered once per version of their scope, language and parameters.

A piece holds nothing that depends on the person. Without the cache it is simply rendered every time.
"""

from collections.abc import Callable
from threading import Lock

from django.conf import settings
from django.core.cache import cache
from django.template.loader import render_to_string
from django.utils.translation import get_language

KEEP = 120  # seconds; the version changes the key, so this only bounds the memory
_LOCKS = [Lock() for _ in range(64)]  # a hint brings fifty screens at once: one renders, the others wait for it


def shared(template: str, topic: str, version: int, parameters: tuple, context: Callable[[], dict]) -> str:
    """The HTML of `template` for this version of `topic`; `context` is asked only when nobody rendered it before."""
    about = (template, topic, version, get_language(), settings.BUILD_ID, *parameters)
    key = ":".join(["part", *map(str, about)])
    html = cache.get(key)
    if html is None:
        with _LOCKS[hash(key) % len(_LOCKS)]:
            html = cache.get(key)
            if html is None:
                html = render_to_string(template, context() | {"topic": topic, "version": version})
                cache.set(key, html, KEEP)
    return html
