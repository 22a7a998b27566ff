from django.urls import path

from reports import views

EDITION = "bao-cao/<slug:type>/<slug:slug>/<str:period>/"
urlpatterns = [
    path("bao-cao/", views.library, name="reports"),
    path("bao-cao/mot-phut/", views.one_minute, name="one_minute"),
    path(EDITION, views.edition, name="edition"),
    path(f"{EDITION}<int:number>/<slug:kind>/", views.file, name="edition_file"),
    path(f"{EDITION}<int:number>/", views.changes, name="edition_changes"),
    path(f"{EDITION}y-kien/", views.remark, name="remark_edition"),
    path(f"{EDITION}ban-moi/", views.renew, name="renew_edition"),
]
