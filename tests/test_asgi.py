"""A request is served by one thread from its first middleware to its view, and answers that stream still do."""

import asyncio
import threading

import pytest
from django.http import HttpResponse, StreamingHttpResponse
from django.test import override_settings
from django.urls import path

from hcmc_ioc.asgi import Pages

SEEN: list = []


def outer(get_response):
    def middleware(request):
        SEEN.append(threading.get_ident())
        return get_response(request)

    return middleware


class Either:
    """A middleware that would run on the loop if it could."""

    sync_capable = async_capable = True

    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request):
        SEEN.append(threading.get_ident())
        return self.get_response(request)


def plain(request):
    SEEN.append(threading.get_ident())
    return HttpResponse("ok")


def streamed(request):
    async def pieces():
        yield b"o"
        yield b"k"

    return StreamingHttpResponse(pieces())


urlpatterns = [path("plain/", plain), path("streamed/", streamed)]
CHAIN = [f"{__name__}.outer", f"{__name__}.Either", f"{__name__}.outer", f"{__name__}.Either"]


@pytest.mark.parametrize("where", ["plain", "streamed"])
def test_one_thread_serves_a_request(where):
    SEEN.clear()
    with override_settings(ROOT_URLCONF=__name__, MIDDLEWARE=CHAIN):
        sent = asyncio.run(_asked(f"/{where}/"))
    assert sent[0]["status"] == 200 and b"".join(part.get("body", b"") for part in sent[1:]) == b"ok"
    assert len(set(SEEN)) == 1 and SEEN[0] != threading.get_ident(), "in a thread beside the loop"


async def _asked(address: str) -> list[dict]:
    sent, asked = [], iter([{"type": "http.request", "body": b""}])

    async def receive():
        if message := next(asked, None):
            return message
        await asyncio.Event().wait()

    async def send(message):
        sent.append(message)

    scope = {"type": "http", "method": "GET", "path": address, "headers": [], "query_string": b"",
             "http_version": "1.1"}
    await Pages()(scope, receive, send)
    return sent
