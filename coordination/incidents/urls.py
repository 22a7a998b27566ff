from django.urls import path

from coordination.incidents import views

urlpatterns = [
    path("su-co/", views.incidents, name="incidents"),
    path("su-co/moi/", views.new, name="new_incident"),
    path("su-co/muc-van-hanh/", views.set_level, name="set_level"),
    path("su-co/<int:pk>/", views.incident, name="incident"),
    path("su-co/<int:pk>/tinh-hinh/", views.report, name="situation"),
    path("su-co/<int:pk>/cap.xml", views.cap, name="incident_cap"),
    path("su-co/<int:pk>/<slug:deed>/", views.act, name="incident_act"),
    path("truc/", views.duty_log, name="duty"),
    path("truc/<slug:deed>/", views.duty_act, name="duty_act"),
]
