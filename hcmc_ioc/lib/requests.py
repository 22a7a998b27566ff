"""The request being served: its id, on every log line, every ticket event and every answer; and from where it comes."""

from contextvars import ContextVar
from uuid import uuid4

from django.conf import settings

_current = ContextVar("request_id", default="")
_asker = ContextVar("asker", default="")


def request_id():
    """The current request's id, "" outside of one."""
    return _current.get()


def asker():
    """The address of who sent the current request, "" outside of one."""
    return _asker.get()


def come_from(address):
    _asker.set(address)


def language(cookies):
    """The language that a person chose, else the site's own."""
    chosen = cookies.get(settings.LANGUAGE_COOKIE_NAME)
    return chosen if chosen in dict(settings.LANGUAGES) else settings.LANGUAGE_CODE


def begin(given=""):
    """Start a request: take the proxy's id when it is a plain one, else a new one. Returns it."""
    plain = 8 <= len(given) <= 64 and given.isascii() and given.replace("-", "").isalnum()
    chosen = given if plain else uuid4().hex
    _current.set(chosen)
    return chosen
