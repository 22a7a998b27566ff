"""A request is served by one thread from its first middleware to its view, and answers that stream still do; a crowd
is served by a few threads in the order in which it came."""

import asyncio
import threading

import pytest
from django.conf import settings
from django.http import HttpResponse, StreamingHttpResponse
from django.test import override_settings
from django.urls import path

from hcmc_ioc.asgi import Pages
from tests.patience import PATIENCE, wait_for

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


def crowded(request, number):
    STARTED.append(number)
    INSIDE.append(number)
    AT_ONCE.append(len(INSIDE))
    TOGETHER.wait(PATIENCE)  # passes when all threads are here: a crowd is not served one by one either
    INSIDE.remove(number)
    return HttpResponse("ok")


def held(request):
    READ.append(b"")
    HELD.wait(PATIENCE)
    READ.append(request.body)
    return HttpResponse("ok")


HELD, READ = threading.Event(), []
STARTED, INSIDE, AT_ONCE, TOGETHER = [], [], [], threading.Barrier(settings.WEB_THREADS)
urlpatterns = [path("plain/", plain), path("streamed/", streamed), path("crowded/<int:number>/", crowded),
               path("held/", held)]
CHAIN = [f"{__name__}.outer", f"{__name__}.Either", f"{__name__}.outer", f"{__name__}.Either"]


@pytest.mark.parametrize("where", ["plain", "streamed"])
def test_one_thread_serves_a_request(where):
    SEEN.clear()
    with override_settings(ROOT_URLCONF=__name__, MIDDLEWARE=CHAIN):
        sent = asyncio.run(_asked(f"/{where}/"))
    assert sent[0]["status"] == 200 and b"".join(part.get("body", b"") for part in sent[1:]) == b"ok"
    assert len(set(SEEN)) == 1 and SEEN[0] != threading.get_ident(), "in a thread beside the loop"


def test_a_crowd_is_served_by_a_few_threads_in_the_order_in_which_it_came():
    crowd = range(settings.WEB_THREADS * 5)

    async def all_at_once():
        return await asyncio.gather(*(_asked(f"/crowded/{number}/") for number in crowd))

    with override_settings(ROOT_URLCONF=__name__, MIDDLEWARE=[]):
        answers = asyncio.run(all_at_once())
    assert [sent[0]["status"] for sent in answers] == [200] * len(crowd)
    assert max(AT_ONCE) == settings.WEB_THREADS
    rounds = [STARTED[n : n + settings.WEB_THREADS] for n in range(0, len(crowd), settings.WEB_THREADS)]
    assert [number for each in rounds for number in sorted(each)] == list(crowd)


def test_who_hangs_up_leaves_no_fault_behind(caplog):
    """One that runs reads its body to the end although nobody waits; one that still waited for a thread never runs."""
    HELD.clear()
    READ.clear()

    async def hung_up():
        gone = asyncio.Event()
        asking = [asyncio.create_task(_asked("/held/", gone)) for _n in range(settings.WEB_THREADS + 3)]
        await asyncio.to_thread(wait_for, lambda: len(READ) == settings.WEB_THREADS)
        gone.set()
        for _turn in range(50):  # of the loop, in which it hears of it
            await asyncio.sleep(0)
        HELD.set()
        await asyncio.gather(*asking)

    with override_settings(ROOT_URLCONF=__name__, MIDDLEWARE=[]):
        asyncio.run(hung_up())
    assert [body for body in READ if body] == [b"words"] * settings.WEB_THREADS
    assert len(READ) == 2 * settings.WEB_THREADS and not caplog.records


async def _asked(address: str, gone: asyncio.Event | None = None) -> list[dict]:
    """What is sent for a request, whose sender hangs up when it is `gone`."""
    sent, asked = [], iter([{"type": "http.request", "body": b"words"}])

    async def receive():
        if message := next(asked, None):
            return message
        await (gone or asyncio.Event()).wait()
        return {"type": "http.disconnect"}

    async def send(message):
        sent.append(message)

    scope = {"type": "http", "method": "GET", "path": address, "headers": [], "query_string": b"",
             "http_version": "1.1"}
    await Pages()(scope, receive, send)
    return sent
