"""Small in-process caches: for catalogue rows that change rarely, and for what is said hundreds of times on a page."""

from contextlib import suppress
from functools import lru_cache, wraps
from threading import RLock

from cachetools import LRUCache, TTLCache, keys
from django.utils.translation import get_language

_caches: list = []
_drawn: list = []  # what empties the caches of that which follows from its arguments alone


def ttl_cache(seconds=10, maxsize=1024, key=keys.hashkey):
    """Keep a function's answers for `seconds`, per process, by its arguments or what `key` says of these;
    `function.clear()` forgets them.

    Two threads that ask at once may both compute the answer; neither waits for the other's database query.
    """

    def decorate(function):
        answers, lock = TTLCache(maxsize, seconds), RLock()

        @wraps(function)
        def cached(*args, **kwargs):
            about = key(*args, **kwargs)
            with lock, suppress(KeyError):
                return answers[about]
            answer = function(*args, **kwargs)
            with lock:
                answers[about] = answer
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

    _drawn.append(said.cache_clear)
    return kept


def drawn_once(function):
    """Keep what a function draws of the same values in the same language: the numbers of one call change a row of a
    page, and its other pieces stay as they are. The arguments are values, lists and tuples."""
    drawn = per_language(lambda args, named: function(*args, **dict(named)))

    @wraps(function)
    def kept(*args, **named):
        return drawn(_frozen(args), _frozen(list(named.items())))

    return kept


def _frozen(value):
    """Lists and what lies in them as tuples, which can be looked up."""
    return tuple(map(_frozen, value)) if type(value) in (list, tuple) else value


class Kept:
    """The answers last asked for, at most `size`, by what they are about."""

    def __init__(self, size: int):
        self.answers, self.lock = LRUCache(size), RLock()
        _drawn.append(self.clear)

    def get(self, about, make):
        """The answer about this; `make()` where it is not kept, which two threads may do at once."""
        with self.lock:
            answer = self.answers.get(about)
        if answer is None:
            answer = make()
            with self.lock:
                self.answers[about] = answer
        return answer

    def clear(self):
        with self.lock:
            self.answers.clear()


def clear_all():
    """Forget every catalogue: for tests, and after one was loaded."""
    for cached in _caches:
        cached.clear()


def draw_anew():
    """Forget what was kept by the values that it shows: for a test that compares."""
    for clear in _drawn:
        clear()
