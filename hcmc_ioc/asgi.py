"""The site as an ASGI application: pages over HTTP, live hints over WebSocket from our own hosts only."""

import asyncio
import logging
import warnings
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from contextvars import copy_context

import django
from asgiref.sync import sync_to_async
from channels.auth import AuthMiddlewareStack
from channels.routing import ProtocolTypeRouter, URLRouter
from channels.security.websocket import AllowedHostsOriginValidator
from django.conf import settings
from django.core.handlers.asgi import ASGIHandler
from django.db import close_old_connections

from hcmc_ioc import env
from hcmc_ioc.lib import pulse
from hcmc_ioc.logs import is_outage
from hcmc_ioc.pooled import base as pooled

log = logging.getLogger(__name__)
TRY_AGAIN = 1013  # "try again later"

env.read_settings_or_exit()
# WhiteNoise sends static files by synchronous iterators; they are small, and nginx serves them in production.
warnings.filterwarnings("ignore", message="StreamingHttpResponse must consume synchronous iterators")
django.setup(set_prefix=False)
pooled.limit(settings.DATABASE_LIMITS["web"])

from hcmc_ioc.bounded import bounded  # noqa: E402
from hcmc_ioc.caught import answered  # noqa: E402  needs the apps to be loaded
from live.routing import websocket_urlpatterns  # noqa: E402

_threads = ThreadPoolExecutor(settings.WEB_THREADS, "pages")
PROBES = ("/readyz", "/metrics")


class Pages(ASGIHandler):
    """Django's handler, with a request's middleware and view in one thread from beginning to end.

    Left to itself it goes back to the loop for each middleware that might be asynchronous: a dozen changes of thread,
    a fifth of a small answer's time. And it starts a thread per request, so that in a crowd dozens run at once, none
    comes to its end, and whoever is unlucky waits for seconds: here a few threads take requests in the order in which
    they came.
    """

    def load_middleware(self, is_async=False):
        super().load_middleware(is_async=False)

    async def get_response_async(self, request):
        if pulse.database.away or request.path in PROBES:  # said at once, whoever waits
            return await sync_to_async(self.get_response, thread_sensitive=True)(request)
        job = _threads.submit(copy_context().run, self._answer, request)
        try:
            return await asyncio.wrap_future(job)
        except asyncio.CancelledError:  # who asked hung up
            if not job.cancelled():  # it goes on, and may still read the request's body, which is closed after us
                await asyncio.wait([asyncio.wrap_future(job)])
            raise

    def _answer(self, request):
        try:
            return self.get_response(request)
        finally:
            close_old_connections()  # Django's own signal comes in another thread


pages = bounded(answered(Pages()), settings.LARGEST_REQUEST)
sockets = AllowedHostsOriginValidator(AuthMiddlewareStack(URLRouter(websocket_urlpatterns)))


async def patient_sockets(scope, receive, send):
    """While the database or Redis is away a socket closes, and the browser comes again by itself."""
    if pulse.database.away:
        await send({"type": "websocket.close", "code": TRY_AGAIN})
        return
    try:
        await sockets(scope, receive, send)
    except Exception as error:
        if not is_outage(error):
            raise
        log.warning("socket closed", exc_info=True)
        with suppress(RuntimeError):  # it may have been closed already
            await send({"type": "websocket.close", "code": TRY_AGAIN})


application = ProtocolTypeRouter({"http": pages, "websocket": patient_sockets})
