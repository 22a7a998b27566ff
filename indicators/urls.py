from django.urls import path

from indicators import quality_views, upload_views, views

SHEET = "so-lieu-phai-gui/<slug:value_set>/<slug:slug>/<str:period>/"
urlpatterns = [
    path("du-lieu/", views.catalogue, name="data"),
    path("du-lieu/chat-luong/", quality_views.board, name="quality"),
    path("du-lieu/chat-luong/<slug:slug>/", quality_views.of_unit, name="quality_unit"),
    path("du-lieu/chat-luong/<slug:slug>/<int:pk>/", quality_views.answer, name="quality_answer"),
    path("du-lieu/<slug:indicator>/", views.one_indicator, name="indicator"),
    path("so-lieu-phai-gui/", views.owed_list, name="owed"),
    path(SHEET, views.sheet, name="sheet"),
    path(f"{SHEET}o/", views.save_cells, name="save_cells"),
    path(f"{SHEET}mau/", upload_views.template, name="sheet_template"),
    path(f"{SHEET}tep/", upload_views.send, name="send_file"),
    path(f"{SHEET}tep/<int:number>/", upload_views.staged, name="staged"),
]
