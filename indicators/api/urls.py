from django.urls import path

from indicators.api import data_sets, views

urlpatterns = [
    path("indicators/", views.Indicators.as_view(), name="api_indicators"),
    path("indicators/<slug:indicator>/values/", views.Values.as_view(), name="api_indicator_values"),
    path("data-sets/", data_sets.DataSets.as_view(), name="api_data_sets"),
    path("data-sets/<slug:code>/rows/", data_sets.Rows.as_view(), name="api_data_set_rows"),
    path("values/", views.Bulk.as_view(), name="api_values"),
]
