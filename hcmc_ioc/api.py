"""The router of the public API: everything under /api/v1/.

Each app lists its resources in `<app>/api/urls.py`, and they are included here; the JSON of pages lives with the pages.
"""

from django.urls import include, path, re_path

from hcmc_ioc.lib.api.views import Nothing
from hcmc_ioc.openapi import Schema

urlpatterns = [
    path("", include("accounts.api.urls")),
    path("", include("districts.api.urls")),
    path("", include("feedback.api.urls")),
    path("", include("indicators.api.urls")),
    path("", include("reports.api.urls")),
    path("", include("signals.api.urls")),
    path("", include("hooks.api.urls")),
    path("", include("dashboards.api.urls")),
    path("", include("coordination.api.urls")),
    path("schema/", Schema.as_view(), name="api_schema"),
    re_path("", Nothing.as_view()),
]
