"""Every request is counted and, where that is asked for, told in one line; /metrics for Prometheus."""

import logging
import time
from hmac import compare_digest

from django.conf import settings
from django.http import HttpResponse
from django.utils import timezone

from hcmc_ioc.lib import metrics

log = logging.getLogger("hcmc_ioc.requests")
FORMAT = "text/plain; version=0.0.4; charset=utf-8"


def served(get_response):
    """Middleware: `GET /metrics` for whoever has the token (`IOC_METRICS_TOKEN`), by address and without HTTPS as
    Prometheus asks each process; for everybody else, and without a token, there is no such page."""

    def middleware(request):
        if request.path == "/metrics" and _has_token(request):
            return HttpResponse(metrics.text(timezone.now()), content_type=FORMAT)
        return get_response(request)

    return middleware


def _has_token(request) -> bool:
    kind, _blank, token = request.headers.get("Authorization", "").partition(" ")
    expected = settings.METRICS_TOKEN
    return bool(expected) and kind.lower() == "bearer" and compare_digest(token.strip().encode(), expected.encode())


def measured(get_response):
    """Middleware: count the request and its time. The log line holds no address: those hold what people typed."""

    def middleware(request):
        started = time.perf_counter()
        response = get_response(request)
        match = request.resolver_match
        if match is None and request.path.startswith(settings.STATIC_URL):
            return response
        view, seconds = match.view_name if match else "none", time.perf_counter() - started
        metrics.REQUESTS.labels(view, response.status_code).inc()
        metrics.SECONDS.labels(view).observe(seconds)
        if settings.REQUEST_LOG:
            log.info("kind=%s method=%s view=%s status=%d ms=%d", kind_of(request), request.method, view,
                     response.status_code, seconds * 1000)
        return response

    return middleware


def kind_of(request) -> str:
    """Who asked, as far as the request came to ask: client, device, person, or nobody that we know."""
    known = getattr(request, "acting_kind", "")
    person = getattr(request, "_cached_user", None)  # of django.contrib.auth: reading `user` would ask the database
    return known or ("person" if person is not None and person.is_authenticated else "nobody")
