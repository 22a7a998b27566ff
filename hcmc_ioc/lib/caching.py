"""Small in-process caches: for catalogue rows that change rarely, and for what is said hundreds of times on a page."""

from contextlib import suppress
from functools import lru_cache, wraps
from threading import RLock

from cachetools import TTLCache, keys
from django.utils.translation import get_language

_caches = []


def ttl_cache(seconds=10, maxsize=1024):
    """Keep a function's answers for `seconds`, per process; `function.clear()` forgets them.

    Two threads that ask at once may both compute the answer; neither waits for the other's database query.
    """

    def decorate(function):
        answers, lock = TTLCache(maxsize, seconds), RLock()

        @wraps(function)
        def cached(*args, **kwargs):
            key = keys.hashkey(*args, **kwargs)
            with lock, suppress(KeyError):
                return answers[key]
            answer = function(*args, **kwargs)
            with lock:
                answers[key] = answer
            return answer

        def clear():
            with lock:
                answers.clear()

        cached.clear = clear
        _caches.append(cached)
        return cached

    return decorate


def per_language(function):
    """Keep what a function says, for one whose answer follows from its (hashable) arguments and the language alone."""

    @lru_cache(maxsize=20_000)
    def said(_language, *args, **kwargs):
        return function(*args, **kwargs)

    @wraps(function)
    def kept(*args, **kwargs):
        return said(get_language(), *args, **kwargs)

    return kept


def clear_all():
    """Forget everything: for tests, and after a catalogue was loaded."""
    for cached in _caches:
        cached.clear()
