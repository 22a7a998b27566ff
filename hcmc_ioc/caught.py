"""A request that is caught inside while the database stands still gets its 503 all the same.

Its thread waits in a system call that nothing ends; so the answer is given beside it. What the thread sends later is
swallowed, and it ends, and gives its place in the pool back, when the database goes on or is gone.
"""

import asyncio
import logging
import time
from collections.abc import Awaitable, Callable
from io import BytesIO
from typing import Any

from django.core.handlers.asgi import ASGIRequest

from hcmc_ioc import errors
from hcmc_ioc.lib import metrics, pulse

LIMIT = 1.5  # seconds; the pulse is sure after two to three and looks again every 2.5: nobody waits longer than five
log = logging.getLogger(__name__)
_waiting: "dict[Answer, asyncio.AbstractEventLoop]" = {}


class Answer:
    """What one request sends; it waits until that has begun."""

    __slots__ = ("scope", "_send", "since", "given_up")

    def __init__(self, scope, send):
        self.scope, self._send, self.since, self.given_up = scope, send, time.monotonic(), False

    async def send(self, message: dict[str, Any]) -> None:
        if self.given_up:
            return
        _waiting.pop(self, None)
        await self._send(message)

    async def give_up(self) -> None:
        if _waiting.pop(self, None) is None:
            return
        self.given_up = True
        metrics.REQUESTS.labels("caught", 503).inc()
        log.warning("%s %s waits for the database: answered 503", self.scope["method"], self.scope["path"],
                    extra={"status_code": 503})
        response = errors.unavailable(ASGIRequest(self.scope, BytesIO()))
        headers = [(name.lower().encode(), value.encode()) for name, value in response.items()]
        body = b"" if self.scope["method"] == "HEAD" else response.content
        await self._send({"type": "http.response.start", "status": response.status_code, "headers": headers})
        await self._send({"type": "http.response.body", "body": body})


def answered(pages: Callable[..., Awaitable[None]]) -> Callable[..., Awaitable[None]]:
    """The ASGI application `pages`, whose requests are answered whatever the database does."""

    async def application(scope, receive, send):
        pulse.start()
        answer = Answer(scope, send)
        _waiting[answer] = asyncio.get_running_loop()
        try:
            await pages(scope, receive, answer.send)
        finally:
            _waiting.pop(answer, None)

    return application


def release() -> None:
    """Answer those who have waited too long. Called by the pulse, in its thread, while the database is away."""
    before = time.monotonic() - LIMIT
    for answer, loop in list(_waiting.items()):
        if answer.since < before:
            asyncio.run_coroutine_threadsafe(answer.give_up(), loop)


pulse.database.listeners.append(release)
