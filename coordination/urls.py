"""Every address of the rooms: each lists its own."""

from django.urls import URLPattern, URLResolver, include, path

urlpatterns: list[URLPattern | URLResolver] = [
    path("", include("coordination.directives.urls")),
    path("", include("coordination.incidents.urls")),
    path("", include("coordination.centres.urls")),
    path("", include("coordination.investments.urls")),
    path("", include("coordination.guidance.urls")),
]
