"""No request fills the disk: what is too large is refused before it is read, for nobody asks who sends it until the
whole of it lies there."""

from collections.abc import Awaitable, Callable
from typing import Any

TOO_LARGE = "Nội dung gửi lên quá lớn. / The request is too large.\n"


def bounded(pages: Callable[..., Awaitable[None]], most: int) -> Callable[..., Awaitable[None]]:
    """The ASGI application `pages`, for bodies of up to `most` bytes: by what the request says of itself (413), and
    where it does not say so by what comes (the line is cut)."""

    async def application(scope: dict[str, Any], receive, send) -> None:
        if _declared(scope) > most:
            return await _refuse(send)
        came = 0

        async def counted() -> dict[str, Any]:
            nonlocal came
            message = await receive()
            came += len(message.get("body", b""))
            return message if came <= most else {"type": "http.disconnect"}

        await pages(scope, counted, send)

    return application


def _declared(scope: dict[str, Any]) -> int:
    said = next((value for name, value in scope["headers"] if name == b"content-length"), b"0")
    return int(said) if said.isdigit() and len(said) < 18 else 0


async def _refuse(send) -> None:
    body = TOO_LARGE.encode()
    headers = [(b"content-type", b"text/plain; charset=utf-8"), (b"content-length", str(len(body)).encode()),
               (b"connection", b"close"), (b"cache-control", b"no-store")]
    await send({"type": "http.response.start", "status": 413, "headers": headers})
    await send({"type": "http.response.body", "body": body})
