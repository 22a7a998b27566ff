from django.urls import path

from coordination.directives import views

urlpatterns = [
    path("chi-dao/", views.directives, name="directives"),
    path("chi-dao/moi/", views.new, name="new_directive"),
    path("chi-dao/ky-luat/", views.discipline, name="discipline"),
    path("chi-dao/<int:pk>/", views.directive, name="directive"),
    path("chi-dao/<int:pk>/sua/", views.amend, name="amend_directive"),
    path("chi-dao/<int:pk>/thu-hoi/", views.recall, name="recall_directive"),
    path("chi-dao/<int:pk>/nhac/", views.remind, name="remind_directive"),
    path("chi-dao/<int:pk>/<int:recipient>/<slug:verb>/", views.move, name="move_directive"),
]
