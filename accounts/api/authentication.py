"""Who asks: another system by its token, or a person by their session. Views find the actor in `request.auth`."""

from django.utils.translation import gettext as _
from rest_framework import authentication, exceptions

from accounts import clients
from accounts.actors import Actor


class Caller:
    """What DRF takes for the user of a client's request."""

    is_authenticated = True
    is_anonymous = False
    is_active = True
    pk = None

    def __init__(self, client):
        self.client = client

    def __str__(self):
        return self.client.name


class ClientAuthentication(authentication.BaseAuthentication):
    """`Authorization: Bearer …` (RFC 6750); a token that is not in force is refused, never passed over."""

    def authenticate(self, request):
        kind, _blank, token = request.headers.get("Authorization", "").partition(" ")
        if kind.lower() != "bearer":
            return None
        row = clients.by_token(token.strip()) if token.strip() else None
        if row is None:
            raise exceptions.AuthenticationFailed(_("Mã truy cập không còn hiệu lực."), "invalid_token")
        clients.seen(row.client)
        request._request.acting_kind = "client"
        return Caller(row.client), clients.acting(row)

    def authenticate_header(self, request):
        problem = ', error="invalid_token"' if "Authorization" in request.headers else ""
        return f'Bearer realm="api"{problem}'


class PersonAuthentication(authentication.SessionAuthentication):
    """A person who is signed in; what changes something needs the CSRF token as the pages do."""

    def authenticate(self, request):
        found = super().authenticate(request)
        return None if found is None else (found[0], Actor.person(found[0], "api"))
