from django.urls import path

from hooks import views

urlpatterns = [
    path("ket-noi/<int:pk>/webhook/", views.client_hooks, name="client_hooks"),
    path("ket-noi/webhook/<int:pk>/bat-tat/", views.hook_switch, name="hook_switch"),
    path("ket-noi/webhook/<int:pk>/doi-khoa/", views.hook_rotate, name="hook_rotate"),
    path("ket-noi/webhook/<int:pk>/gui-lai/", views.hook_replay, name="hook_replay"),
]
