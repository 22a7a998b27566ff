from django.urls import path

from accounts.api import views

urlpatterns = [
    path("token/", views.token, name="api_token"),
    path("token/revoke/", views.revoke, name="api_token_revoke"),
]
