from django.urls import path

from live import views

urlpatterns = [
    path("nhip-tim/", views.beat, name="heartbeat"),
    path("wall/ghep/", views.pair, name="wall_pair"),
    path("man-hinh/", views.device_list, name="screens"),
    path("man-hinh/<int:pk>/thu-hoi/", views.device_revoke, name="screen_revoke"),
    path("man-hinh/<int:pk>/khoi-phuc/", views.device_restore, name="screen_restore"),
]
