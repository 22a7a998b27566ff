from django.urls import path

from indicators.api import views

urlpatterns = [
    path("indicators/", views.Indicators.as_view(), name="api_indicators"),
    path("indicators/<slug:indicator>/values/", views.Values.as_view(), name="api_indicator_values"),
    path("values/", views.Bulk.as_view(), name="api_values"),
]
