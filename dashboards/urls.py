from django.urls import path

from dashboards import views, wall_views

urlpatterns = [
    path("", views.home, name="home"),
    path("tong-quan/", views.city_overview, name="overview"),
    path("don-vi/", views.own_unit, name="units"),
    path("don-vi/<slug:slug>/", views.unit_operations, name="unit_screen"),
    path("so-lieu/<slug:slug>/<slug:name>/", views.figure_list, name="figure_list"),
    path("wall/", wall_views.wall_page, name="wall"),
    path("wall/pair/<str:token>/", wall_views.pair, name="wall_pair"),
    path("man-hinh/", wall_views.screen_list, name="screens"),
    path("man-hinh/<int:pk>/thu-hoi/", wall_views.screen_revoke, name="screen_revoke"),
]
