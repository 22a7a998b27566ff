"""The site as an ASGI application: pages over HTTP, live hints over WebSocket from our own hosts only."""

import logging
import warnings
from contextlib import suppress

import django
from asgiref.sync import sync_to_async
from channels.auth import AuthMiddlewareStack
from channels.routing import ProtocolTypeRouter, URLRouter
from channels.security.websocket import AllowedHostsOriginValidator
from django.conf import settings
from django.core.handlers.asgi import ASGIHandler

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

from hcmc_ioc.caught import answered  # noqa: E402  needs the apps to be loaded
from live.routing import websocket_urlpatterns  # noqa: E402


class Pages(ASGIHandler):
    """Django's handler, with a request's middleware and view in one thread from beginning to end.

    Left to itself it goes back to the loop for each middleware that might be asynchronous: a dozen changes of thread,
    a fifth of a small answer's time.
    """

    def load_middleware(self, is_async=False):
        super().load_middleware(is_async=False)

    async def get_response_async(self, request):
        return await sync_to_async(self.get_response, thread_sensitive=True)(request)


pages = answered(Pages())
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
