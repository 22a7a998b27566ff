"""What a person sees when a request or a command failed."""

import errno
import logging
import sys
from http import HTTPStatus

from django.http import HttpResponse, JsonResponse
from django.template import loader
from django.template.exceptions import TemplateDoesNotExist

from hcmc_ioc.context import theme
from hcmc_ioc.logs import is_outage

log = logging.getLogger(__name__)
NOT_OURS = {errno.ENOSPC, errno.EDQUOT, errno.EACCES, errno.EPERM, errno.EROFS}  # the machine's owner can mend these


def server_error(request):
    """503 while the database or Redis is away (it comes back by itself), else 500; both name the request's id."""
    error = sys.exc_info()[1]
    return _failed(request, away=error is not None and is_outage(error))


def unavailable(request):
    """503, also where no request got far enough to fail."""
    return _failed(request, away=True)


def _failed(request, away: bool):
    """The page comes from templates/500.html, rendered without context processors: they may need what is broken."""
    status, request_id = (503 if away else 500), getattr(request, "id", "")
    response: HttpResponse
    if request.path.startswith("/api/") or "text/html" not in request.headers.get("Accept", "text/html"):
        response = _problem(status, "unavailable" if away else "internal", request_id)
    else:
        page = _page({"away": away, "request_id": request_id, "theme": theme(request)})
        response = HttpResponse(page, status=status)
    if away:
        response["Retry-After"] = "5"
    return response


def _problem(status: int, code: str, request_id: str) -> JsonResponse:
    """For programs (RFC 9457)."""
    title = HTTPStatus(status).phrase
    problem = {"type": "about:blank", "title": title, "status": status, "code": code, "detail": title,
               "request_id": str(request_id)}
    return JsonResponse(problem, status=status, content_type="application/problem+json")


def _page(facts):
    try:
        return loader.get_template("500.html").render(facts)
    except TemplateDoesNotExist:
        return f"Lỗi hệ thống / System error {facts['request_id']}"


def trouble_in_words(error):
    """One line for a command that met a service, a disk or a folder in a bad state; "" for mistakes of ours."""
    if isinstance(error, OSError) and error.errno in NOT_OURS:
        return f"{error.filename or 'writing failed'}: {error.strerror}"
    if not is_outage(error):
        return ""
    said = " ".join(str(error).split())
    full = "No space left on device" in said
    return f"the database has no room left: {said}" if full else f"the database or Redis does not answer: {said}"
