from django.urls import path

from reports.api import views

urlpatterns = [
    path("report-types/", views.Types.as_view(), name="api_report_types"),
    path("editions/", views.Editions.as_view(), name="api_editions"),
    path("editions/<int:id>/", views.One.as_view(), name="api_edition"),
    path("editions/<int:id>/files/<slug:kind>/", views.File.as_view(), name="api_edition_file"),
]
