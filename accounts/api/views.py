"""Tokens: given for a client's id and secret, and taken back (RFC 6749 §4.4 and §5, RFC 7009)."""

import base64
import binascii
import hashlib
from urllib.parse import unquote_plus

from django.core.cache import cache
from django.http import JsonResponse
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST

from accounts import clients
from accounts.models import Client

TRIES, PAUSE = 10, 300  # wrong secrets of one client id, and for how many seconds then nobody is let in


@csrf_exempt
@never_cache
@require_POST
def token(request):
    """A token for a client, form-encoded; its secret by Basic or in the body."""
    if request.POST.get("grant_type") != "client_credentials":
        code = "unsupported_grant_type" if request.POST.get("grant_type") else "invalid_request"
        return _refused(code)
    try:
        client = _client(request)
        value, row = clients.grant(client, request.POST.get("scope", ""))
    except clients.Refused as refusal:
        return _refused(refusal.code)
    return JsonResponse({
        "access_token": value, "token_type": "Bearer", "scope": row.scopes,
        "expires_in": round((row.expires_at - row.made_at).total_seconds()),
    })


@csrf_exempt
@never_cache
@require_POST
def revoke(request):
    """The end of a token of the client that asks; 200 also where there is none."""
    try:
        client = _client(request)
    except clients.Refused as refusal:
        return _refused(refusal.code)
    if not request.POST.get("token"):
        return _refused("invalid_request")
    clients.revoke_token(client, request.POST["token"])
    return JsonResponse({})


def _client(request) -> Client:
    """Who asks. After ten wrong secrets in five minutes an id is not looked at for as long; guessing 256 bits is
    hopeless anyway, but it should not cost us work."""
    client_id, secret = _credentials(request)
    key = f"client-tries:{hashlib.sha256(client_id.encode()).hexdigest()}"
    if not client_id.isprintable() or not client_id or _tries(key) >= TRIES:
        raise clients.Refused("invalid_client")
    try:
        return clients.recognised(client_id, secret)
    except clients.Refused:
        _count(key)
        raise


def _tries(key: str) -> int:
    try:
        return int(cache.get(key) or 0)
    except Exception:  # noqa: BLE001 - without the cache nobody is locked out
        return 0


def _count(key: str) -> None:
    try:
        cache.add(key, 0, timeout=PAUSE)
        cache.incr(key)
    except Exception:  # noqa: BLE001, S110 - as above
        pass


def _credentials(request) -> tuple[str, str]:
    """Id and secret, by Basic (each form-encoded, RFC 6749 §2.3.1) or in the body."""
    kind, _blank, given = request.headers.get("Authorization", "").partition(" ")
    if kind.lower() == "basic":
        try:
            client_id, _colon, secret = base64.b64decode(given, validate=True).decode().partition(":")
        except (binascii.Error, UnicodeDecodeError):
            return "", ""
        return unquote_plus(client_id), unquote_plus(secret)
    return request.POST.get("client_id", ""), request.POST.get("client_secret", "")


def _refused(code: str) -> JsonResponse:
    answer = JsonResponse({"error": code}, status=401 if code == "invalid_client" else 400)
    if code == "invalid_client":
        answer["WWW-Authenticate"] = 'Basic realm="api"'
    return answer
