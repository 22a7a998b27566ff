from django.urls import path

from districts.api import views

urlpatterns = [path("units/", views.Units.as_view(), name="api_units")]
