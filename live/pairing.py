"""How a wall becomes a device, after the device flow of OAuth (RFC 8628): the wall shows a short code, and somebody who
may keep walls types it, or scans it, where they are signed in. The only writer of `Pairing`.

The wall is the one that shows, because it has no keyboard and nobody signs in on it; because a code that a stranger
guesses is worth nothing without a keeper's account; and because what lets the wall in, its cookie, is never shown,
typed or part of an address. A code is good for minutes, for one device, and the wall takes its cookie once.
"""

import secrets
from contextlib import suppress
from datetime import timedelta

from django.core import signing
from django.core.cache import cache
from django.db import transaction
from django.utils import timezone

from hcmc_ioc.lib.origins import line
from live import devices
from live.models import Device, Pairing

COOKIE = "ioc_pairing"
GOOD_FOR = timedelta(minutes=10)
KEPT = timedelta(days=1)
AT_ONCE = 20  # codes that wait at one address
TRIES = 10  # wrong codes of one person within GOOD_FOR
_SALT = "pairing"


class TooMany(Exception):
    """So many codes wait at that address, or were typed wrong by that person, that there are none for now."""


def begin(address: str) -> Pairing:
    """A new code for the wall that asks from there."""
    now, address = timezone.now(), line(address)
    Pairing.objects.filter(made_at__lt=now - KEPT).delete()
    waiting = _waiting()
    if waiting.filter(address=address).count() >= AT_ONCE:
        raise TooMany
    while waiting.filter(code=(code := f"{secrets.randbelow(10**8):08}")).exists():
        continue
    return Pairing.objects.create(code=code, address=address, made_at=now)


def _waiting():
    return Pairing.objects.filter(device=None, made_at__gt=timezone.now() - GOOD_FOR)


def is_waiting(pairing: Pairing) -> bool:
    return _waiting().filter(pk=pairing.pk).exists()


def seal(pairing: Pairing) -> str:
    """What the wall's cookie holds while it waits."""
    return signing.dumps(pairing.pk, salt=_SALT)


def by_cookie(cookie: str | None) -> Pairing | None:
    """The pairing for which this wall waits."""
    if not cookie:
        return None
    try:
        pk = signing.loads(cookie, salt=_SALT, max_age=2 * GOOD_FOR)
    except signing.BadSignature:
        return None
    return Pairing.objects.select_related("device").filter(pk=pk).first()


def waiting_for(typed: str, keeper: int) -> Pairing | None:
    """The pairing with this code; `TooMany` for a person who typed so many wrong ones."""
    key = f"pairing-tries:{keeper}"
    if (cache.get(key) or 0) >= TRIES:
        raise TooMany
    found = _waiting().filter(code="".join(filter(str.isdigit, typed))).first()
    if found is None:
        cache.add(key, 0, timeout=int(GOOD_FOR.total_seconds()))
        with suppress(ValueError):  # Valkey is away: guessing among 10**8 in ten minutes stays hopeless
            cache.incr(key)
    return found


@transaction.atomic(durable=True)
def confirm(pairing: Pairing, **given) -> Device | None:
    """The wall that shows this code becomes a device; None when somebody else was faster."""
    if Pairing.objects.select_for_update().filter(pk=pairing.pk, device=None).first() is None:
        return None
    device = devices.register(**given)
    Pairing.objects.filter(pk=pairing.pk).update(device=device)
    return device


def take(pairing: Pairing) -> str | None:
    """The device's cookie, once."""
    if pairing.device is None:
        return None
    first = Pairing.objects.filter(pk=pairing.pk, taken_at=None).update(taken_at=timezone.now())
    return devices.seal(pairing.device) if first else None
