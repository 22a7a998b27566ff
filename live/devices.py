"""Wall devices. The only writer of `Device`."""

from datetime import datetime, timedelta

from django.core import signing
from django.db import transaction
from django.utils import timezone

from accounts.actors import Actor
from districts.models import Unit
from live import hints
from live.models import Device

COOKIE = "ioc_screen"
REVOCABLE = timedelta(hours=24)  # so long after it was revoked a device can be let in again, without pairing
_SALT = "screen"  # of the cookie; devices paired long ago hold it


def register(*, name: str, unit: Unit, place: str = "") -> Device:
    return Device.objects.create(name=name, unit=unit, place=place)


@transaction.atomic(durable=True)
def revoke(device: Device) -> None:
    """The device goes dark: its pages are refused, its socket closes."""
    Device.objects.filter(pk=device.pk, revoked_at=None).update(revoked_at=timezone.now())
    hints.publish_on_commit({topic(device): 0})


@transaction.atomic(durable=True)
def restore(device: Device) -> bool:
    """What was revoked by mistake shows figures again by itself; False when that was too long ago."""
    lately = Device.objects.filter(pk=device.pk, revoked_at__gt=timezone.now() - REVOCABLE)
    return bool(lately.update(revoked_at=None))


def is_restorable(device: Device, now: datetime) -> bool:
    return device.revoked_at is not None and device.revoked_at > now - REVOCABLE


def topic(device: Device) -> str:
    """What the device's own socket listens to beside the topics it asked for: the end of its rights."""
    return f"device:{device.pk}"


def acting(device: Device) -> Actor:
    return Actor.device(device.pk, device.unit_id)


def seal(device: Device) -> str:
    """What the device's cookie holds."""
    return signing.dumps(device.pk, salt=_SALT)


def by_cookie(cookie: str | None) -> Device | None:
    """The device of a sealed cookie; None when forged, absent or revoked."""
    device = paired(cookie)
    return device if device and device.revoked_at is None else None


def paired(cookie: str | None) -> Device | None:
    """The same, also when it was revoked."""
    if not cookie:
        return None
    try:
        pk = signing.loads(cookie, salt=_SALT)
    except signing.BadSignature:
        return None
    return Device.objects.select_related("unit").filter(pk=pk).first()


def seen(device: Device) -> None:
    Device.objects.filter(pk=device.pk).update(last_seen_at=timezone.now())
