"""The site's own middleware."""

from django.conf import settings
from django.middleware.gzip import GZipMiddleware
from django.utils import translation
from django.utils.cache import patch_vary_headers

from hcmc_ioc import errors
from hcmc_ioc.lib import pulse, requests
from hcmc_ioc.lib.origins import asker

WORDS = ("text/", "application/json", "application/problem+json", "image/svg+xml")


def request_id(get_response):
    """Give each request an id (`request.id`, the log, the header X-Request-ID)."""

    def middleware(request):
        request.id = requests.begin(request.headers.get("X-Request-ID", ""))
        response = get_response(request)
        response["X-Request-ID"] = request.id
        return response

    return middleware


def unkept(get_response):
    """No browser, proxy or disk keeps an answer that does not say itself that it may be kept: pages, pieces, files,
    JSON, redirects and refusals, whoever asks. Static files say so, and the outlines of areas."""

    def middleware(request):
        response = get_response(request)
        response.headers.setdefault("Cache-Control", "no-store")
        return response

    return middleware


def address(get_response):
    """`REMOTE_ADDR` is who asks, for everything behind: limits, logs, audits. A proxy that nobody named passes on what
    anybody wrote into X-Forwarded-For, and neither the database nor a limit knows what "unknown" is."""

    def middleware(request):
        forwarded = request.META.get("HTTP_X_FORWARDED_FOR", "")
        request.META["REMOTE_ADDR"] = asker(request.META.get("REMOTE_ADDR"), forwarded, settings.TRUSTED_PROXIES)
        requests.come_from(request.META["REMOTE_ADDR"])
        return get_response(request)

    return middleware


def language(get_response):
    """Speak the language the person chose (a cookie), else the site's own.

    The browser's Accept-Language is not asked: an English browser in a Vietnamese office is no choice of a person.
    """

    def middleware(request):
        translation.activate(requests.language(request.COOKIES))
        request.LANGUAGE_CODE = translation.get_language()
        response = get_response(request)
        patch_vary_headers(response, ["Cookie"])
        response.headers.setdefault("Content-Language", request.LANGUAGE_CODE)
        return response

    return middleware


def unless_away(get_response):
    """While the database does not answer, nobody asks it: the good 503 at once. The last middleware, whose answer wears
    the same headers as any page; none before it reads the database on the way in."""

    def middleware(request):
        if pulse.database.away and request.path != "/readyz":
            return errors.unavailable(request)
        return get_response(request)

    return middleware


def compressed(get_response):
    """Send words compressed to whoever accepts it: an inbox over a district's thin line takes an eighth of the bytes.

    Whoever watches the line and lets a person's browser ask for words of their choice would read a page by its length
    (BREACH). No other site can let it: its requests carry no session (`SESSION_COOKIE_SAMESITE`). Besides, Django adds
    up to a hundred bytes of chance to each answer, and writes the token of forms differently every time. The `ETag` of
    such an answer is weak, as it must be; `If-Match` takes it all the same.
    """
    gzip = GZipMiddleware(get_response)

    def middleware(request):
        response = get_response(request)
        if not response.streaming and response.get("Content-Type", "").startswith(WORDS):
            return gzip.process_response(request, response)
        return response

    return middleware
