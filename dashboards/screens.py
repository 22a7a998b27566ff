"""Wall screens: devices with a token of their own. The only writer of `Screen`."""

import hashlib
import secrets

from django.core import signing
from django.db import transaction
from django.utils import timezone

from dashboards.models import Screen
from districts.models import Unit
from hcmc_ioc.lib import live

COOKIE = "ioc_screen"


def _digest(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()


@transaction.atomic(durable=True)
def register(*, name: str, unit: Unit, place: str = "") -> tuple[Screen, str]:
    """A new screen and its token; the token is shown once and stored only as a digest."""
    token = secrets.token_urlsafe(24)
    return Screen.objects.create(name=name, unit=unit, place=place, token_digest=_digest(token)), token


@transaction.atomic(durable=True)
def revoke(screen: Screen) -> None:
    """The screen goes dark: its pages are refused, its socket closes."""
    Screen.objects.filter(pk=screen.pk, revoked_at=None).update(revoked_at=timezone.now())
    live.publish_on_commit({f"screen:{screen.pk}": 0})


def by_token(token: str) -> Screen | None:
    """The screen that holds this token, unless it was revoked."""
    return Screen.objects.select_related("unit").filter(token_digest=_digest(token), revoked_at=None).first()


def seal(screen: Screen) -> str:
    """What the device's cookie holds."""
    return signing.dumps(screen.pk, salt="screen")


def by_cookie(cookie: str | None) -> Screen | None:
    """The screen of a sealed cookie; None when forged, absent or revoked."""
    if not cookie:
        return None
    try:
        pk = signing.loads(cookie, salt="screen")
    except signing.BadSignature:
        return None
    return Screen.objects.select_related("unit").filter(pk=pk, revoked_at=None).first()


def seen(screen: Screen) -> None:
    Screen.objects.filter(pk=screen.pk).update(last_seen_at=timezone.now())
