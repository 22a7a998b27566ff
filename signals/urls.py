from django.urls import path

from signals import views

urlpatterns = [
    path("can-chu-y/", views.needed, name="attention"),
    path("can-chu-y/da-biet/", views.acknowledge, name="acknowledge_matter"),
    path("can-chu-y/giao/", views.ask, name="ask_to_look"),
    path("canh-bao/", views.rules, name="alert_rules"),
    path("canh-bao/<slug:code>/", views.rule, name="alert_rule"),
    path("canh-bao/<slug:code>/lam-viec/", views.activate, name="activate_rule"),
    path("canh-bao/<slug:code>/tam-ngung/", views.silence, name="silence_rule"),
    path("canh-bao/<slug:code>/tam-ngung/<int:pk>/bao-lai/", views.end_silence, name="end_silence"),
]
