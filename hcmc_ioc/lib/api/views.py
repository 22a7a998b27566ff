"""What every resource of the API shares: who asks, their scopes, their limits, preconditions."""

import hashlib
import json
import re
from typing import Any

from django.conf import settings
from django.utils import translation
from django.utils.translation import gettext as _
from rest_framework import exceptions
from rest_framework.response import Response
from rest_framework.views import APIView

from hcmc_ioc.lib.api.problems import Problem

LONGEST_KEY = 255
_ETAG = re.compile(r'\A\s*(?:W/)?"?(\d{1,9})"?\s*\Z')


class Resource(APIView):
    """A view of the API. `request.auth` is the actor."""

    def initial(self, request, *args, **kwargs):
        """Speaks the language of the header; a browser's cookie was asked before."""
        if settings.LANGUAGE_COOKIE_NAME not in request.COOKIES and "Accept-Language" in request.headers:
            translation.activate(translation.get_language_from_request(request._request))
        super().initial(request, *args, **kwargs)

    def finalize_response(self, request, response, *args, **kwargs):
        response = super().finalize_response(request, response, *args, **kwargs)
        if limits := getattr(request, "limits", None):
            names = ("RateLimit-Limit", "RateLimit-Remaining", "RateLimit-Reset")
            for name, number in zip(names, limits, strict=True):
                response[name] = str(number)
        return response

    @property
    def actor(self) -> Any:
        return self.request.auth

    def sending(self) -> Any:
        """The actor at this sending of a request: its `Idempotency-Key`, and a digest of what was asked."""
        key = self.request.headers.get("Idempotency-Key", "")
        if not key:
            return self.actor
        if len(key) > LONGEST_KEY or not key.isprintable():
            raise Problem(400, "bad_idempotency_key", _("Idempotency-Key dài nhất 255 ký tự in được."))
        content = json.dumps([self.request.path, self.request.data], sort_keys=True)
        return self.actor.sending(key, hashlib.sha256(content.encode()).hexdigest())

    def seen_version(self) -> int | None:
        """The version named by `If-Match`, weak or not (a compressor may have weakened it); None for any."""
        given = self.request.headers.get("If-Match", "")
        if given.strip() in ("", "*"):
            return None
        found = _ETAG.match(given)
        if found is None:
            raise Problem(412, "stale", _("Phiên bản trong If-Match không phải của phản ánh này."))
        return int(found[1])

    def versioned(self, data: dict, version: int, *, status: int = 200, **headers: str) -> Response:
        """The answer with its ETag; 304 without a body where the caller has it already."""
        tag = f'"{version}"'
        known = [part.strip().removeprefix("W/") for part in self.request.headers.get("If-None-Match", "").split(",")]
        if self.request.method == "GET" and (tag in known or known == ["*"]):
            return Response(status=304, headers={"ETag": tag})
        return Response(data, status=status, headers={"ETag": tag, **headers})


def require(allowed: bool, scope: str) -> None:
    """403 that names the scope that lacks (RFC 6750 §3.1)."""
    if not allowed:
        raise exceptions.PermissionDenied(_("Thiếu quyền %(scope)s.") % {"scope": scope}, "insufficient_scope")


class Nothing(APIView):
    """An address under the API that there is not: a problem instead of a page."""

    authentication_classes = ()
    permission_classes = ()

    def initial(self, request, *args, **kwargs):
        raise exceptions.NotFound(_("Không có gì ở địa chỉ này, hoặc bạn không được xem."))
