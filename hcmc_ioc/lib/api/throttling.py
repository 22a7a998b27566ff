"""How much one caller may ask: so many requests in a minute, counted in Valkey; without it everybody is let through."""

import time

from django.conf import settings
from django.core.cache import cache
from rest_framework.throttling import BaseThrottle

WINDOW = 60  # seconds


class CallerThrottle(BaseThrottle):
    """Per client or person; strangers are counted by their address. What is left is told in `request.limits`."""

    def allow_request(self, request, view) -> bool:
        limit, now = settings.API_REQUESTS_PER_MINUTE, time.time()
        self.rest = WINDOW - now % WINDOW
        used = self._used(f"api:{self._who(request)}:{int(now // WINDOW)}")
        request.limits = (limit, max(0, limit - used), round(self.rest))
        return used <= limit

    def _who(self, request) -> str:
        """The address is the connection's, which the server takes from a proxy that it trusts: a header that anybody
        may send would let a stranger be somebody new each time."""
        return request.auth.ref if request.auth else f"ip:{request.META.get('REMOTE_ADDR', '')}"

    def _used(self, key: str) -> int:
        try:
            return cache.count(key, 2 * WINDOW)
        except Exception:  # noqa: BLE001 - a lost cache closes no door
            return 0

    def wait(self) -> float:
        return self.rest
