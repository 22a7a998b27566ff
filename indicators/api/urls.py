from django.urls import path

from indicators.api import data_sets, judging, views

urlpatterns = [
    path("indicators/", views.Indicators.as_view(), name="api_indicators"),
    path("indicators/<slug:indicator>/values/", views.Values.as_view(), name="api_indicator_values"),
    path("indicators/<slug:indicator>/judgement/", judging.Judgement.as_view(), name="api_judgement"),
    path("indicators/<slug:indicator>/peers/", judging.Peers.as_view(), name="api_peers"),
    path("data-sets/", data_sets.DataSets.as_view(), name="api_data_sets"),
    path("data-sets/<slug:code>/rows/", data_sets.Rows.as_view(), name="api_data_set_rows"),
    path("values/", views.Bulk.as_view(), name="api_values"),
]
