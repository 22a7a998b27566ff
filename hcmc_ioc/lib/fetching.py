"""One GET over HTTP/1.1 to an address that was checked: no redirects, so much time and so many bytes at most."""

import asyncio
import ssl
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import h11

from hcmc_ioc.lib import addresses

READ = 65_536


@dataclass(frozen=True)
class Fetched:
    """`error` is "" for what came whole with 200, else url, name, forbidden, connect, tls, timeout, protocol, large,
    redirect or status."""

    error: str = ""
    status: int | None = None
    media_type: str = ""
    body: bytes = b""


def fetch(url: str, headers: Mapping[str, str], *, seconds: float, most_bytes: int) -> Fetched:
    """What lies at the address; never raises for what the other side does."""
    try:
        target = addresses.read(url)
        found = addresses.resolved(target)
    except ValueError:
        return Fetched("url")
    except addresses.Forbidden:
        return Fetched("forbidden")
    except OSError:
        return Fetched("name")
    return asyncio.run(_fetched(target, found, headers, seconds, most_bytes))


async def _fetched(target: addresses.Target, found: list[str], headers: Mapping[str, str], seconds: float,
                   most_bytes: int) -> Fetched:
    writer = None
    try:
        async with asyncio.timeout(seconds):
            reader, writer = await addresses.connected(target, found)
            http = h11.Connection(h11.CLIENT)
            writer.write((http.send(_request(target, headers)) or b"") + (http.send(h11.EndOfMessage()) or b""))
            await writer.drain()
            return await _answer(reader, http, most_bytes)
    except TimeoutError:
        return Fetched("timeout")
    except ssl.SSLError:
        return Fetched("tls")
    except OSError:
        return Fetched("connect")
    except h11.ProtocolError:  # also an answer that breaks off
        return Fetched("protocol")
    finally:
        if writer is not None:
            writer.transport.abort()


def _request(target: addresses.Target, headers: Mapping[str, str]) -> h11.Request:
    given = {"host": target.named, "user-agent": "hcmc-ioc-pull/1", "accept-encoding": "identity",
             "connection": "close"} | dict(headers)
    return h11.Request(method="GET", target=target.path, headers=list(given.items()))


async def _answer(reader: asyncio.StreamReader, http: Any, most_bytes: int) -> Fetched:
    status, media_type, body = None, "", bytearray()
    while True:
        event = http.next_event()
        if event is h11.NEED_DATA:
            http.receive_data(await reader.read(READ))
        elif isinstance(event, h11.Response):
            status = event.status_code
            if status != 200:
                return Fetched("redirect" if 300 <= status < 400 else "status", status)
            media_type = dict(event.headers).get(b"content-type", b"").decode("latin-1").partition(";")[0].strip()
        elif isinstance(event, h11.Data):
            body += event.data
            if len(body) > most_bytes:
                return Fetched("large", status)
        elif isinstance(event, h11.EndOfMessage):
            return Fetched("", status, media_type.lower(), bytes(body))
        elif isinstance(event, h11.ConnectionClosed):
            return Fetched("connect")
