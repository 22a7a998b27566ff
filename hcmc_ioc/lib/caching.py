"""Small in-process caches for catalogue rows that change rarely and are asked for constantly."""

from functools import wraps
from threading import RLock

from cachetools import TTLCache, keys

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
            with lock:
                if key in answers:
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


def clear_all():
    """Forget everything: for tests, and after a catalogue was loaded."""
    for cached in _caches:
        cached.clear()
