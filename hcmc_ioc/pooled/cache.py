"""Django's cache in Redis, with one client and its connections per process.

Django keeps a cache object per thread, and under ASGI each request has a thread of its own: each opened a connection of
its own to ask a question or two, which was a third of a small answer's time.
"""

from typing import Any

from django.core.cache.backends.redis import RedisCache, RedisCacheClient

_clients: dict[tuple, Any] = {}  # a client of Redis may be used by many threads, and knows when it was forked


class SharedClient(RedisCacheClient):
    def get_client(self, key=None, *, write=False):
        where = (*self._servers, self._get_connection_pool_index(write), repr(self._pool_options))
        if (client := _clients.get(where)) is None:
            client = _clients.setdefault(where, super().get_client(key, write=write))
        return client


class SharedCache(RedisCache):
    def __init__(self, server, params):
        super().__init__(server, params)
        self._class = SharedClient
