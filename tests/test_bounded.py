"""What is too large is refused before it is read, by what it says of itself and by what comes."""

import asyncio

from hcmc_ioc.bounded import bounded

MOST = 1000


def asked(pieces, length=None):
    """What was answered, and how much the pages behind got to read."""
    came = [{"type": "http.request", "body": piece, "more_body": True} for piece in pieces]
    sent, read = [], []

    async def pages(scope, receive, send):
        while came:
            message = await receive()
            if message["type"] == "http.disconnect":
                return
            read.append(message["body"])
        await send({"type": "http.response.start", "status": 200, "headers": []})

    async def receive():
        return came.pop(0)

    async def send(message):
        sent.append(message)

    headers = [(b"content-length", str(length).encode())] if length is not None else []
    asyncio.run(bounded(pages, MOST)({"type": "http", "headers": headers}, receive, send))
    return next((one["status"] for one in sent if "status" in one), None), sum(map(len, read))


def test_what_fits_goes_through():
    assert asked([b"x" * 500, b"x" * 500], 1000) == (200, 1000)
    assert asked([b"x" * 500, b"x" * 500]) == (200, 1000)


def test_what_says_that_it_is_too_large_is_not_read():
    assert asked([b"x" * 2000], 2000) == (413, 0)


def test_what_hides_how_large_it_is_is_cut():
    assert asked([b"x" * 600] * 9) == (None, 600)
    assert asked([b"x" * 600] * 9, "many") == (None, 600)
    assert asked([b"x" * 600] * 9, "9" * 40) == (None, 600)
