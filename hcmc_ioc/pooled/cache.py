"""Django's cache in Redis, with one client and its connections per process, and as good as empty while Redis is away.

Django keeps a cache object per thread, and under ASGI each request has a thread of its own: each opened a connection of
its own to ask a question or two, which was a third of a small answer's time.

Nothing lives only in the cache. So while Redis does not answer nothing is found in it and nothing kept, at once where
the pulse knows, and no page fails. What could not be deleted meanwhile (the session of somebody who signed out) would
be found again afterwards: the first who reaches Redis again empties it.
"""

import logging
from typing import Any

from django.core.cache.backends.redis import RedisCache, RedisCacheClient
from redis.exceptions import ConnectionError, TimeoutError

from hcmc_ioc.lib import pulse

_clients: dict[tuple, Any] = {}  # a client of Redis may be used by many threads, and knows when it was forked
log = logging.getLogger(__name__)


class SharedClient(RedisCacheClient):
    missed = False  # something was to be changed while Redis was away

    def get_client(self, key=None, *, write=False):
        where = (*self._servers, self._get_connection_pool_index(write), repr(self._pool_options))
        if (client := _clients.get(where)) is None:
            client = _clients.setdefault(where, super().get_client(key, write=write))
        return client

    def _unless_away(self, ask, otherwise, *, changes):
        """What `ask` answers; `otherwise` while Redis is away."""
        if not pulse.valkey.away:
            try:
                if SharedClient.missed:
                    super().clear()
                    SharedClient.missed = False
                return ask()
            except (ConnectionError, TimeoutError):
                log.warning("the cache does not answer", exc_info=True)
        SharedClient.missed |= changes
        return otherwise

    def add(self, key, value, timeout):
        return self._unless_away(lambda: RedisCacheClient.add(self, key, value, timeout), False, changes=False)

    def get(self, key, default):
        return self._unless_away(lambda: RedisCacheClient.get(self, key, default), default, changes=False)

    def set(self, key, value, timeout):
        return self._unless_away(lambda: RedisCacheClient.set(self, key, value, timeout), None, changes=True)

    def touch(self, key, timeout):
        return self._unless_away(lambda: RedisCacheClient.touch(self, key, timeout), False, changes=False)

    def delete(self, key):
        return self._unless_away(lambda: RedisCacheClient.delete(self, key), False, changes=True)

    def get_many(self, keys):
        return self._unless_away(lambda: RedisCacheClient.get_many(self, keys), {}, changes=False)

    def has_key(self, key):
        return self._unless_away(lambda: RedisCacheClient.has_key(self, key), False, changes=False)

    def incr(self, key, delta):
        return self._unless_away(lambda: RedisCacheClient.incr(self, key, delta), delta, changes=False)

    def count(self, key, timeout):
        return self._unless_away(lambda: self._count(key, timeout), 0, changes=False)

    def _count(self, key, timeout):
        client = self.get_client(key, write=True)
        if (count := client.incr(key)) == 1:
            client.expire(key, timeout)
        return count

    def set_many(self, data, timeout):
        return self._unless_away(lambda: RedisCacheClient.set_many(self, data, timeout), None, changes=True)

    def delete_many(self, keys):
        return self._unless_away(lambda: RedisCacheClient.delete_many(self, keys), None, changes=True)

    def clear(self):
        return self._unless_away(lambda: RedisCacheClient.clear(self), False, changes=True)


class SharedCache(RedisCache):
    def __init__(self, server, params):
        super().__init__(server, params)
        self._class = SharedClient

    def count(self, key: str, timeout: int) -> int:
        """How often this was asked of `key`, within `timeout` seconds from the first; 0 while Redis is away. Django's
        `incr` asks first whether there is anything to raise."""
        return self._cache.count(self.make_and_validate_key(key), timeout)
