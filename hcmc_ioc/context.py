"""What every template may rely on."""

from django.conf import settings

THEMES = ("auto", "light", "dark")


def site(request):
    """`csp_nonce` (always set, also where the policy is switched off), the `city`'s facts, `build_id` and `theme`."""
    return {
        "csp_nonce": getattr(request, "csp_nonce", ""),
        "city": settings.CITY,
        "build_id": settings.BUILD_ID,
        "theme": theme(request),
    }


def theme(request) -> str:
    """As the machine has it, unless the person chose otherwise (static/js/theme.js)."""
    chosen = request.COOKIES.get("ioc_theme")
    return chosen if chosen in THEMES else THEMES[0]
