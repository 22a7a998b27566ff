from django.urls import path

from signals.api import views

urlpatterns = [path("alerts/", views.Alerts.as_view(), name="api_alerts")]
