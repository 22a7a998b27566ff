"""Which addresses may be called: nobody reaches our own network by naming it, or by a name that leads there."""

import asyncio
import ipaddress
import socket
import ssl
from dataclasses import dataclass
from functools import lru_cache
from urllib.parse import urlsplit

from django.conf import settings
from django.utils.translation import gettext as _

PORTS = frozenset({443, 8443})
LONGEST = 500
_NAT64 = ipaddress.ip_network("64:ff9b::/96")
Address = ipaddress.IPv4Address | ipaddress.IPv6Address


class Forbidden(Exception):
    """The name leads to an address that is not called."""


@dataclass(frozen=True)
class Target:
    scheme: str
    host: str
    port: int
    path: str

    @property
    def is_https(self) -> bool:
        return self.scheme == "https"

    @property
    def named(self) -> str:
        """What the `Host` header says."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        return host if self.port == (443 if self.is_https else 80) else f"{host}:{self.port}"


def read(url: str) -> Target:
    """`url` taken apart; ValueError says why it is not called. The name is not looked up here."""
    if len(url) > LONGEST or not url.isascii() or not url.isprintable() or " " in url or "\\" in url:
        raise ValueError(_("Địa chỉ dài nhất 500 ký tự, chỉ gồm ký tự ASCII in được."))
    try:
        parts = urlsplit(url)
        host, port = parts.hostname or "", parts.port
    except ValueError:
        raise ValueError(_("Đây không phải địa chỉ web.")) from None
    if parts.scheme not in ("https", "http") or not host or port == 0:
        raise ValueError(_("Đây không phải địa chỉ web."))
    if parts.username is not None or parts.password is not None or parts.fragment:
        raise ValueError(_("Địa chỉ không được chứa tên đăng nhập, mật khẩu hoặc phần sau dấu #."))
    if not settings.HOOKS_PRIVATE:
        if parts.scheme != "https":
            raise ValueError(_("Chỉ gọi đến địa chỉ https."))
        if (port or 443) not in PORTS:
            raise ValueError(_("Chỉ gọi đến cổng 443 hoặc 8443."))
        literal = _address(host)
        if literal is not None and not is_public(literal):
            raise ValueError(_("Không gọi đến địa chỉ trong mạng nội bộ."))
    path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    return Target(parts.scheme, host, port or (443 if parts.scheme == "https" else 80), path)


def resolved(target: Target) -> list[str]:
    """The addresses behind the name, looked up once: these are connected to, not the name. All must be allowed, so
    that no answer with one good address among bad ones gets through. OSError where there is no such name."""
    found = list(dict.fromkeys(look_up(target.host, target.port)))
    if not found:
        raise OSError("no address")
    if not settings.HOOKS_PRIVATE and not all(is_public(ipaddress.ip_address(text)) for text in found):
        raise Forbidden(target.host)
    return found


async def connected(target: Target, found: list[str]) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
    """A connection to the first of the addresses found that answers: never to the name, which may lead elsewhere by
    now. OSError (ssl.SSLError for a bad certificate) where none does."""
    context, name = (tls(), target.host) if target.is_https else (None, None)
    for place, address in enumerate(found, 1):
        try:
            return await asyncio.open_connection(address, target.port, ssl=context, server_hostname=name)
        except ssl.SSLError:
            raise
        except OSError:
            if place == len(found):
                raise
    raise OSError("no address")


@lru_cache(maxsize=1)
def tls() -> ssl.SSLContext:
    return ssl.create_default_context()


def look_up(host: str, port: int) -> list[str]:
    """What the system's resolver says."""
    try:
        rows = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except UnicodeError as error:  # a label that is too long
        raise OSError(host) from error
    return [str(address[0]).partition("%")[0] for *_rest, address in rows]


def is_public(address: Address) -> bool:
    """Out in the world: not private, loopback, link-local, shared, multicast, reserved, unspecified, nor one of these
    in the clothes of IPv6."""
    if isinstance(address, ipaddress.IPv6Address):
        inner = address.ipv4_mapped or address.sixtofour or (address.teredo or (None, None))[1]
        if address in _NAT64:
            inner = ipaddress.IPv4Address(int(address) & 0xFFFFFFFF)
        if inner is not None:
            return is_public(inner)
        if address.is_site_local or int(address) >> 32 == 0:  # ::127.0.0.1, of old
            return False
    return address.is_global and not (address.is_multicast or address.is_reserved or address.is_unspecified)


def _address(host: str) -> Address | None:
    try:
        return ipaddress.ip_address(host)
    except ValueError:
        return None
