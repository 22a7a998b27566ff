"""From where somebody asks. Only proxies that are named (`IOC_TRUSTED_PROXIES`) may say who asks them."""

from collections.abc import Iterable
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address, ip_network

Networks = Iterable[IPv4Network | IPv6Network]
NOBODY = "0.0.0.0"  # noqa: S104 - no address anybody has: all who come without one are one
ONE_LINE = 64  # bits of an IPv6 address that whoever has one line may not choose


def asker(peer: str | None, forwarded: str, trusted: Networks) -> str:
    """The address of who asks: the connection's own, and behind named proxies the right-most hop of X-Forwarded-For
    that is none of them; what stands to the left of it anybody may have written. `NOBODY` where it is no address."""
    hops = [hop for hop in forwarded.split(",") if hop.strip()]
    here = _address(peer or "")
    while here is not None and hops and any(here in network for network in trusted):
        here = _address(hops.pop())
    return str(here) if here else NOBODY


def line(address: str) -> str:
    """What is counted as one asker: an IPv4 address, or the network of an IPv6 address in which a single line may
    choose any of its 2**64."""
    found = ip_address(address)
    return str(ip_network((found, ONE_LINE), strict=False).network_address) if found.version == 6 else address


def _address(text: str) -> IPv4Address | IPv6Address | None:
    """As proxies write it: perhaps with a port, IPv6 then in brackets; IPv4 within IPv6 is IPv4."""
    text = text.strip()
    if text.startswith("["):
        text = text[1:].partition("]")[0]
    elif text.count(":") == 1:
        text = text.partition(":")[0]
    try:
        found = ip_address(text) if "%" not in text else None
    except ValueError:
        return None
    return getattr(found, "ipv4_mapped", None) or found
