"""What every template may rely on."""

from django.conf import settings


def site(request):
    """`csp_nonce` (always set, also where the policy is switched off), the `city`'s facts and the `build_id`."""
    return {
        "csp_nonce": getattr(request, "csp_nonce", ""),
        "city": settings.CITY,
        "build_id": settings.BUILD_ID,
    }
