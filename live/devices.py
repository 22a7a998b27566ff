"""Wall devices: each has a token of its own. The only writer of `Device`."""

import hashlib
import secrets

from django.core import signing
from django.db import transaction
from django.utils import timezone

from accounts.actors import Actor
from districts.models import Unit
from live import hints
from live.models import Device

COOKIE = "ioc_screen"
_SALT = "screen"  # of the cookie; devices paired long ago hold it


def _digest(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()


@transaction.atomic(durable=True)
def register(*, name: str, unit: Unit, place: str = "") -> tuple[Device, str]:
    """A new device and its token; the token is shown once and stored only as a digest."""
    token = secrets.token_urlsafe(24)
    return Device.objects.create(name=name, unit=unit, place=place, token_digest=_digest(token)), token


@transaction.atomic(durable=True)
def revoke(device: Device) -> None:
    """The device goes dark: its pages are refused, its socket closes."""
    Device.objects.filter(pk=device.pk, revoked_at=None).update(revoked_at=timezone.now())
    hints.publish_on_commit({topic(device): 0})


def topic(device: Device) -> str:
    """What the device's own socket listens to beside the topics it asked for: the end of its rights."""
    return f"device:{device.pk}"


def acting(device: Device) -> Actor:
    return Actor.device(device.pk, device.unit_id)


def by_token(token: str) -> Device | None:
    """The device that holds this token, unless it was revoked."""
    return Device.objects.select_related("unit").filter(token_digest=_digest(token), revoked_at=None).first()


def seal(device: Device) -> str:
    """What the device's cookie holds."""
    return signing.dumps(device.pk, salt=_SALT)


def by_cookie(cookie: str | None) -> Device | None:
    """The device of a sealed cookie; None when forged, absent or revoked."""
    if not cookie:
        return None
    try:
        pk = signing.loads(cookie, salt=_SALT)
    except signing.BadSignature:
        return None
    return Device.objects.select_related("unit").filter(pk=pk, revoked_at=None).first()


def seen(device: Device) -> None:
    Device.objects.filter(pk=device.pk).update(last_seen_at=timezone.now())
