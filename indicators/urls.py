from django.urls import path

from indicators import views

SHEET = "so-lieu-phai-gui/<slug:value_set>/<slug:slug>/<str:period>/"
urlpatterns = [
    path("du-lieu/", views.catalogue, name="data"),
    path("du-lieu/<slug:indicator>/", views.one_indicator, name="indicator"),
    path("so-lieu-phai-gui/", views.owed_list, name="owed"),
    path(SHEET, views.sheet, name="sheet"),
    path(f"{SHEET}o/", views.save_cells, name="save_cells"),
]
