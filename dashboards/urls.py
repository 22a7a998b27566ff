from django.urls import path

from dashboards.screens import lists, views, wall_views

urlpatterns = [
    path("", views.home, name="home"),
    path("tong-quan/", views.city_overview, name="overview"),
    path("tong-quan/linh-vuc/", views.fields_of_units, name="matrix"),
    path("don-vi/", views.all_units, name="units"),
    path("don-vi/<slug:slug>/", views.unit_operations, name="unit_screen"),
    path("so-lieu/<slug:slug>/<slug:name>/", lists.figure_list, name="figure_list"),
    path("wall/", wall_views.wall_page, name="wall"),
]
