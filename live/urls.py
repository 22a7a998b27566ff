from django.urls import path

from live import views

urlpatterns = [
    path("nhip-tim/", views.beat, name="heartbeat"),
    path("wall/pair/<str:token>/", views.pair, name="wall_pair"),
    path("man-hinh/", views.device_list, name="screens"),
    path("man-hinh/<int:pk>/thu-hoi/", views.device_revoke, name="screen_revoke"),
]
