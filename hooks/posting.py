"""One signed POST over HTTP/1.1 to an address that was checked: no redirects, ten seconds in all, little is read.

After Standard Webhooks 1.0: `webhook-id`, `webhook-timestamp`, `webhook-signature`.
"""

import asyncio
import base64
import hashlib
import hmac
import ssl
import time
from dataclasses import dataclass
from typing import Any

import h11
from django.utils.translation import gettext_lazy as _

from hcmc_ioc.lib.addresses import Target, connected
from hcmc_ioc.lib.words import Words

TIMEOUT = 10.0  # seconds for connecting, sending and the head of the answer together
REST = 1.0  # for what follows the head; nobody needs it
MOST_READ = 4096  # bytes of it
PREFIX = "whsec_"

ERRORS: dict[str, Words] = {
    "name": _("không tìm thấy tên miền"),
    "forbidden": _("tên miền dẫn vào mạng nội bộ"),
    "url": _("địa chỉ không còn được phép"),
    "connect": _("không kết nối được"),
    "tls": _("chứng thư không hợp lệ"),
    "timeout": _("quá 10 giây không trả lời"),
    "protocol": _("trả lời không theo HTTP"),
    "redirect": _("chuyển hướng, không đi theo"),
    "status": _("trả lời lỗi"),
}


@dataclass(frozen=True)
class Answer:
    """`error` is "" for what was received, else a key of `ERRORS`."""

    error: str = ""
    status: int | None = None
    duration_ms: int = 0
    retry_after: int = 0  # seconds that the receiver asks for


def signature(secret: str, token: str, stamp: int, body: bytes) -> str:
    """`v1,` and the HMAC-SHA256 of "id.timestamp.body" in base64."""
    key = base64.b64decode(secret.removeprefix(PREFIX))
    return "v1," + base64.b64encode(hmac.digest(key, f"{token}.{stamp}.".encode() + body, hashlib.sha256)).decode()


class Line:
    """A connection to one of the checked addresses, used for one message after the other."""

    def __init__(self, target: Target, addresses: list[str], secrets: list[str]):
        self.target, self.addresses, self.secrets = target, addresses, secrets
        self.http: Any = None  # h11.Connection while it is open

    async def post(self, token: str, body: bytes) -> Answer:
        """What came of it; never raises."""
        begun = time.monotonic()
        try:
            async with asyncio.timeout(TIMEOUT):
                head = await self._exchange(token, body)
            found = _judged(head)
            await self._read_rest()
        except TimeoutError:
            found = Answer("timeout")
        except ssl.SSLError:
            found = Answer("tls")
        except OSError:
            found = Answer("connect")
        except h11.ProtocolError:
            found = Answer("protocol")
        if found.error:
            self.close()
        return Answer(found.error, found.status, round((time.monotonic() - begun) * 1000), found.retry_after)

    async def _exchange(self, token: str, body: bytes) -> h11.Response:
        """The head of the answer. A connection that the receiver closed meanwhile is opened anew, once."""
        is_used = self.http is not None
        try:
            return await self._asked(token, body)
        except (OSError, h11.RemoteProtocolError):
            self.close()
            if not is_used:
                raise
            return await self._asked(token, body)

    async def _asked(self, token: str, body: bytes) -> h11.Response:
        if self.http is None:
            await self._connect()
        http, stamp = self.http, int(time.time())
        signed = " ".join(signature(secret, token, stamp, body) for secret in self.secrets)
        headers = [
            ("host", self.target.named), ("content-type", "application/json; charset=utf-8"),
            ("content-length", str(len(body))), ("user-agent", "hcmc-ioc-webhooks/1"), ("webhook-id", token),
            ("webhook-timestamp", str(stamp)), ("webhook-signature", signed),
        ]
        request = h11.Request(method="POST", target=self.target.path, headers=headers)
        pieces = [http.send(event) for event in (request, h11.Data(data=body), h11.EndOfMessage())]
        self.writer.write(b"".join(piece for piece in pieces if piece))
        await self.writer.drain()
        while True:
            event = await self._next()
            if isinstance(event, h11.Response):
                return event
            if isinstance(event, h11.ConnectionClosed):
                raise ConnectionResetError

    async def _connect(self) -> None:
        self.reader, self.writer = await connected(self.target, self.addresses)
        self.http = h11.Connection(h11.CLIENT)

    async def _next(self):
        while (event := self.http.next_event()) is h11.NEED_DATA:
            self.http.receive_data(await self.reader.read(MOST_READ))
        return event

    async def _read_rest(self) -> None:
        """The rest of a short answer, so that the line can be used again; of a long or slow one nothing."""
        left = MOST_READ
        try:
            async with asyncio.timeout(REST):
                while not isinstance(event := await self._next(), h11.EndOfMessage):
                    left -= len(event.data) if isinstance(event, h11.Data) else MOST_READ
                    if left < 0:
                        return self.close()
            self.http.start_next_cycle()
        except (OSError, TimeoutError, h11.ProtocolError):
            self.close()

    def close(self) -> None:
        if self.http is not None:
            self.http = None
            self.writer.transport.abort()


def _judged(head: h11.Response) -> Answer:
    """Only 2xx is received."""
    status = head.status_code
    after = dict(head.headers).get(b"retry-after", b"")
    wait = int(after) if after.isdigit() and len(after) < 7 else 0
    error = "" if 200 <= status < 300 else "redirect" if 300 <= status < 400 else "status"
    return Answer(error, status, retry_after=wait)
