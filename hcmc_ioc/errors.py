"""The last page: what a person sees when a request failed."""

import logging
import sys

from django.http import HttpResponse, JsonResponse
from django.template import loader
from django.template.exceptions import TemplateDoesNotExist

from hcmc_ioc.logs import is_outage

log = logging.getLogger(__name__)


def server_error(request):
    """503 while the database or Redis is away (it comes back by itself), else 500; both name the request's id.

    The page comes from templates/500.html, rendered without context processors: they may need what is broken.
    """
    error = sys.exc_info()[1]
    away = error is not None and is_outage(error)
    status, request_id = (503 if away else 500), getattr(request, "id", "")
    if "text/html" not in request.headers.get("Accept", "text/html"):
        return JsonResponse({"error": "unavailable" if away else "internal", "request_id": request_id}, status=status)
    response = HttpResponse(_page({"away": away, "request_id": request_id}), status=status)
    if away:
        response["Retry-After"] = "5"
    return response


def _page(facts):
    try:
        return loader.get_template("500.html").render(facts)
    except TemplateDoesNotExist:
        return f"Lỗi hệ thống / System error {facts['request_id']}"
