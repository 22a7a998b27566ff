"""Every address of the site: each app lists its own."""

from django.contrib import admin
from django.urls import include, path
from django.views.i18n import set_language

from hcmc_ioc import health

urlpatterns = [
    path("readyz", health.readyz, name="readyz"),
    path("language/", set_language, name="set_language"),
    path("admin/", admin.site.urls),
    path("", include("accounts.urls")),
    path("", include("feedback.urls")),
    path("", include("dashboards.urls")),
]

handler500 = "hcmc_ioc.errors.server_error"
