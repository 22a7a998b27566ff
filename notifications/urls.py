from django.urls import path

from notifications import views

urlpatterns = [
    path("thong-bao/tuy-chon/", views.mail_choices, name="mail_choices"),
    path("quan-tri/thu/", views.mail_log, name="mail_log"),
    path("quan-tri/thu/<int:pk>/gui-lai/", views.mail_replay, name="mail_replay"),
]
