from django.urls import path

from hooks.api import views

urlpatterns = [
    path("hooks/", views.Hooks.as_view(), name="api_hooks"),
    path("hooks/<int:pk>/", views.OneHook.as_view(), name="api_hook"),
    path("hooks/<int:pk>/test/", views.Test.as_view(), name="api_hook_test"),
    path("hooks/<int:pk>/rotate/", views.Rotate.as_view(), name="api_hook_rotate"),
    path("hooks/<int:pk>/deliveries/", views.Deliveries.as_view(), name="api_hook_deliveries"),
    path("hooks/<int:pk>/deliveries/<int:number>/replay/", views.Replay.as_view(), name="api_hook_replay"),
]
