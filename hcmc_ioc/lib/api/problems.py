"""Errors of the API as problems (RFC 9457), in the caller's language: a code that programs read, words that people do,
and for every field a JSON pointer to it."""

from http import HTTPStatus
from typing import Any

from django.core.exceptions import PermissionDenied
from django.http import Http404
from django.utils.translation import gettext as _
from rest_framework import exceptions, status
from rest_framework.response import Response
from rest_framework.views import exception_handler as of_drf

TYPE = "application/problem+json"


class Problem(exceptions.APIException):
    """Raise it with a status, a code of ours, words, and the messages per field: {"unit": ["…"]}."""

    def __init__(self, status_code: int, code: str, detail: Any = "", errors: dict | None = None, **more: Any):
        super().__init__(detail or HTTPStatus(status_code).phrase, code)
        self.status_code, self.code, self.errors, self.more = status_code, code, errors or {}, more


def handler(error: Exception, context: dict) -> Response | None:
    """REST_FRAMEWORK's EXCEPTION_HANDLER; None for faults of ours, which `handler500` answers."""
    if isinstance(error, Http404):
        error = exceptions.NotFound(_("Không có gì ở địa chỉ này, hoặc bạn không được xem."))
    elif isinstance(error, PermissionDenied):
        error = exceptions.PermissionDenied(str(error) or None)
    response = of_drf(error, context)
    if response is None or not isinstance(error, exceptions.APIException):
        return response
    request = context.get("request")
    response.data = body(error, getattr(getattr(request, "_request", request), "id", ""))
    response.content_type = TYPE
    return response


def body(error: exceptions.APIException, request_id: str = "") -> dict:
    """The problem as JSON."""
    codes, detail = error.get_codes(), error.detail
    found = {
        "type": "about:blank",
        "title": HTTPStatus(error.status_code).phrase,
        "status": error.status_code,
        "code": codes if isinstance(codes, str) else "invalid",
        "detail": str(detail) if isinstance(detail, str) else _("Yêu cầu chưa đúng: xem từng trường."),
    }
    errors = error.errors if isinstance(error, Problem) else detail if isinstance(detail, dict) else {}
    if errors:
        found["errors"] = [
            _place(name) | {"detail": str(message)}
            for name, messages in errors.items()
            for message in (messages if isinstance(messages, list | tuple) else [messages])
        ]
    if isinstance(error, Problem):
        found |= error.more
    return found | ({"request_id": str(request_id)} if request_id else {})


def _place(name: str) -> dict:
    """Where the fault lies: a parameter of the address ("?limit"), or a JSON pointer (RFC 6901) to a field, whose steps
    are parted by "/"; "" is the whole document."""
    if name.startswith("?"):
        return {"parameter": name[1:]}
    return {"pointer": f"/{name.replace('~', '~0')}" if name else ""}


def invalid(errors: dict) -> Problem:
    """What was sent is understood and not right: the messages stand at their fields."""
    return Problem(status.HTTP_422_UNPROCESSABLE_ENTITY, "invalid", _("Yêu cầu chưa đúng: xem từng trường."), errors)
