"""The door of Open311: who asks, in which format, and errors as the standard writes them."""

from typing import Any

from django.conf import settings
from django.core.exceptions import SuspiciousOperation
from django.utils.translation import gettext as _
from rest_framework import exceptions, parsers
from rest_framework.response import Response

from accounts import clients
from accounts.api.authentication import Caller, ClientAuthentication
from accounts.scopes import OPEN311
from feedback.open311.formats import ByEnding, Json, Xml
from hcmc_ioc.lib.api import problems
from hcmc_ioc.lib.api.problems import Problem
from hcmc_ioc.lib.api.views import Resource

# The standard knows 403 for keys, 404 for what there is not, 400 for the rest; of HTTP's own these stay besides.
KEPT = frozenset({403, 404, 405, 429})


class KeyAuthentication(ClientAuthentication):
    """`api_key`, in the address or the form: a token or a key of a client. Without one everybody reads."""

    def authenticate(self, request):
        key = request.query_params.get("api_key") or (request.method == "POST" and request.data.get("api_key"))
        kind, _blank, token = request.headers.get("Authorization", "").partition(" ")
        key = key or (token.strip() if kind.lower() == "bearer" else "")
        if not key:
            return None
        row = clients.by_token(key)
        if row is None:
            raise exceptions.PermissionDenied(_("api_key không đúng hoặc không còn hiệu lực."))
        clients.seen(row.client)
        return Caller(row.client), clients.acting(row, OPEN311)


class Door(Resource):
    """A view of Open311; `root` names what it answers. `request.auth` is the client, None for everybody else."""

    root = "service_requests"
    authentication_classes = (KeyAuthentication,)
    permission_classes = ()
    renderer_classes = (Xml, Json)
    parser_classes = (parsers.FormParser, parsers.MultiPartParser)
    content_negotiation_class = ByEnding
    http_method_names = ("get", "post", "head")

    def initial(self, request, *args, **kwargs):
        super().initial(request, *args, **kwargs)
        asked = request.query_params.get("jurisdiction_id") or (
            request.method == "POST" and request.data.get("jurisdiction_id"))
        if asked and asked.lower() not in (settings.CITY_CODE, settings.CITY.get("website")):
            raise exceptions.NotFound(_("Không có jurisdiction_id này ở đây."))

    def get_exception_handler(self):
        return handler


class Nothing(Door):
    """An address of Open311 that there is not."""

    def initial(self, request, *args, **kwargs):
        raise exceptions.NotFound(_("Không có gì ở địa chỉ này, hoặc bạn không được xem."))


def handler(error: Exception, context: dict) -> Response | None:
    """Errors as a list of codes and descriptions; None for faults of ours."""
    if isinstance(error, SuspiciousOperation):  # too large, too many fields
        error = exceptions.ParseError(_("Yêu cầu quá lớn hoặc không đọc được."))
    response = problems.handler(error, context)
    if response is None:
        return None
    if response.status_code not in KEPT:
        response.status_code = 400
    response.content_type = None
    response.data = [{"code": response.status_code, "description": text} for text in _descriptions(response.data)]
    return response


def _descriptions(problem: dict[str, Any]) -> list[str]:
    """Each fault in words, with the name of its field."""
    errors = problem.get("errors") or [{"detail": problem["detail"]}]
    named = [(e.get("parameter", e.get("pointer", "")).strip("/"), e["detail"]) for e in errors]
    return [f"{name}: {detail}" if name else detail for name, detail in named]


def wrong(errors: dict[str, str]) -> Problem:
    """400: what is wrong with which parameter."""
    return Problem(400, "bad_parameter", "", {f"?{name}": [message] for name, message in errors.items()})
