"""Every address of the site: each app lists its own."""

from django.conf import settings
from django.contrib import admin
from django.urls import include, path
from django.views.generic import RedirectView

import accounts.admin  # noqa: F401 - the admin has no autodiscovery here (see settings)
import coordination.admin  # noqa: F401
import districts.admin  # noqa: F401
import feedback.admin  # noqa: F401
import indicators.admin  # noqa: F401
import live.admin  # noqa: F401
import notifications.admin  # noqa: F401
import reports.admin  # noqa: F401
from accounts.views import admin_door
from hcmc_ioc import administration, health, openapi

HOTLINE = [
    path("open311/", include("feedback.open311.urls")),
    path("", include("feedback.urls")),
    path("", include("hooks.urls")),
    path("", include("dashboards.urls")),
    path("", include("coordination.urls")),
    path("", include("signals.urls")),
]
NUMBERS_ALONE = [path("", RedirectView.as_view(pattern_name="data"), name="home")]
urlpatterns = [
    path("readyz", health.readyz, name="readyz"),
    path("quan-tri/", administration.page, name="administration"),
    path("quan-tri/api/", openapi.page, name="api_page"),
    path("admin/", administration.index),
    path("admin/login/", admin_door),
    path("admin/", admin.site.urls),
    path("api/v1/", include("hcmc_ioc.api")),
    path("", include("accounts.urls")),
    path("", include("districts.urls")),
    path("", include("live.urls")),
    path("", include("attachments.urls")),
    path("", include("indicators.urls")),
    path("", include("reports.urls")),
    path("", include("notifications.urls")),
    *(HOTLINE if "hotline" in settings.MODULES else NUMBERS_ALONE),
]

handler500 = "hcmc_ioc.errors.server_error"
