from django.urls import path

from dashboards.api import views

urlpatterns = [
    path("figures/", views.OfPeriod.as_view(), name="api_figures"),
    path("series/", views.Series.as_view(), name="api_series"),
    path("comparisons/", views.Comparisons.as_view(), name="api_comparisons"),
]
