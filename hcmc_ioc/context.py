"""What every template may rely on."""

from functools import partial

from django.conf import settings
from django.middleware.csrf import get_token
from django.utils.functional import SimpleLazyObject
from django.utils.html import format_html
from django.utils.safestring import SafeString

THEMES = ("auto", "light", "dark")


def site(request):
    """`csp_nonce` (always set, also where the policy is switched off), the `city`'s facts, `build_id` and `theme`."""
    return {
        "csp_nonce": getattr(request, "csp_nonce", ""),
        "city": settings.CITY,
        "build_id": settings.BUILD_ID,
        "theme": theme(request),
    }


def csrf(request):
    """`csrf_token` and `csrf_input`, the same in all forms of an answer and made where one is drawn: Django makes a
    token anew for each, which took a tenth of an empty page."""
    token = SimpleLazyObject(partial(get_token, request))
    return {"csrf_token": token, "csrf_input": SimpleLazyObject(lambda: _field(token))}


def _field(token) -> SafeString:
    return format_html('<input type="hidden" name="csrfmiddlewaretoken" value="{}">', token)


def theme(request) -> str:
    """As the machine has it, unless the person chose otherwise (static/js/theme.js)."""
    chosen = request.COOKIES.get("ioc_theme")
    return chosen if chosen in THEMES else THEMES[0]
