"""Other systems that act here: made, given tokens and keys, revoked. The only writer of `Client` and `ClientToken`.

A secret and a token are random (256 bits) and kept as SHA-256 digests; each is shown once. A token is looked up at
every request together with its client, so what is revoked stops at once. After OAuth 2.0 (RFC 6749 §4.4, RFC 7009).
A key is a token that lasts, for clients of Open311, which know no other.
"""

import hashlib
import secrets
from datetime import datetime, timedelta
from hmac import compare_digest

from django.db import transaction
from django.db.models import Q
from django.utils import timezone

from accounts.actors import Actor
from accounts.models import Client, ClientToken, User
from accounts.scopes import API, FOR_HOTLINE, HOTLINE, split
from districts.models import Unit
from hcmc_ioc.lib import sql

LIFE = timedelta(hours=1)  # of a token
LONG = timedelta(days=365)  # of a key
USED = timedelta(minutes=1)  # `last_used_at` is this exact


class Refused(Exception):
    """No token is given; `code` is one of RFC 6749 §5.2."""

    def __init__(self, code: str):
        super().__init__(code)
        self.code = code


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


@transaction.atomic(durable=True)
def register(*, name: str, unit: Unit, scopes: list[str], contact: str = "", expires_at: datetime | None = None,
             by: User | None = None) -> tuple[Client, str]:
    """A new client and its secret, which nobody sees again; ValueError says why there is none."""
    if not HOTLINE.isdisjoint(scopes) and unit.kind != Unit.Kind.CITY:
        raise ValueError(FOR_HOTLINE)
    secret = secrets.token_urlsafe(32)
    client = Client.objects.create(
        name=name, unit=unit, client_id=f"ioc-{secrets.token_hex(8)}", secret_digest=_digest(secret),
        scopes=" ".join(scopes), contact=contact, expires_at=expires_at, made_by=by,
    )
    return client, secret


@transaction.atomic(durable=True)
def rotate(client: Client) -> str:
    """A new secret; the old one, every token and every key end."""
    secret = secrets.token_urlsafe(32)
    Client.objects.filter(pk=client.pk).update(secret_digest=_digest(secret))
    _end_tokens(client)
    return secret


@transaction.atomic(durable=True)
def revoke(client: Client) -> None:
    """The client may do nothing any more, from its next request on."""
    Client.objects.filter(pk=client.pk, revoked_at=None).update(revoked_at=timezone.now())
    _end_tokens(client)


def _end_tokens(client: Client) -> None:
    client.tokens.filter(revoked_at=None).update(revoked_at=timezone.now())


def recognised(client_id: str, secret: str) -> Client:
    """The client with this secret; `Refused` says nothing of what was wrong."""
    client = _in_force(Client.objects.filter(client_id=client_id)).first()
    if not compare_digest(client.secret_digest if client else _digest(""), _digest(secret)) or client is None:
        raise Refused("invalid_client")
    return client


@transaction.atomic(durable=True)
def grant(client: Client, scope: str = "") -> tuple[str, ClientToken]:
    """A token with the scopes asked for (all of the client's where none are named)."""
    own = client.scopes.split()
    try:
        asked = split(scope) or own
    except ValueError:
        raise Refused("invalid_scope") from None
    if not set(asked) <= set(own):
        raise Refused("invalid_scope")
    return _token(client, asked, LIFE)


@transaction.atomic(durable=True)
def key(client: Client) -> tuple[str, ClientToken]:
    """A key with all the client's scopes, which lasts as long as the client does, a year at most."""
    return _token(client, client.scopes.split(), LONG)


def _token(client: Client, scopes: list[str], life: timedelta) -> tuple[str, ClientToken]:
    token, now = secrets.token_urlsafe(32), timezone.now()
    expires_at = min(now + life, client.expires_at or now + life)
    return token, ClientToken.objects.create(client=client, digest=_digest(token), scopes=" ".join(scopes),
                                             made_at=now, expires_at=expires_at)


def revoke_token(client: Client, token: str) -> None:
    """The token ends; one that is not the client's, or none, is passed over in silence (RFC 7009 §2.2)."""
    client.tokens.filter(digest=_digest(token), revoked_at=None).update(revoked_at=timezone.now())


def by_token(token: str) -> ClientToken | None:
    """The token, while it and its client are in force."""
    row = next(iter(sql.read(ClientToken, "WHERE digest = %s", [_digest(token)], beside=("client",))), None)
    if row is None:
        return None
    now, client = timezone.now(), row.client
    ended = [row.revoked_at, client.revoked_at] != [None, None]
    return None if ended or row.expires_at <= now or (client.expires_at or now + LIFE) <= now else row


def _in_force(clients):
    return clients.filter(unended("", timezone.now()))


def unended(prefix: str, now: datetime) -> Q:
    """Clients, or rows that lead to one by `prefix`, that are neither revoked nor expired."""
    never, later = Q(**{f"{prefix}expires_at": None}), Q(**{f"{prefix}expires_at__gt": now})
    return Q(**{f"{prefix}revoked_at": None}) & (never | later)


def acting(token: ClientToken, door: frozenset[str] = API) -> Actor:
    """The actor that the token stands for: what both the token and its client, as it is now, may do at this door."""
    scopes = door & set(token.scopes.split()) & set(token.client.scopes.split())
    return Actor.client(token.client_id, token.client.unit_id, scopes)


def standing(client: Client) -> Actor:
    """The client as such, with all its scopes: as what it is told of, not what it asks."""
    return Actor.client(client.pk, client.unit_id, client.scopes.split())


def seen(client: Client) -> None:
    """Remember that it was here, to the minute: not a write for every request."""
    now = timezone.now()
    if client.last_used_at is None or client.last_used_at < now - USED:
        fresh = Q(last_used_at=None) | Q(last_used_at__lt=now - USED)
        Client.objects.filter(fresh, pk=client.pk).update(last_used_at=now)


def forget(now: datetime) -> int:
    """Tokens that ended more than a week ago; returns how many."""
    return ClientToken.objects.filter(expires_at__lt=now - timedelta(days=7)).delete()[0]
