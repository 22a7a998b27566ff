from django.urls import path, re_path

from feedback.open311 import door, views

urlpatterns = [
    path("discovery.<slug:format>", views.Discovery.as_view(), name="open311_discovery"),
    path("v2/discovery.<slug:format>", views.Discovery.as_view()),
    path("v2/services.<slug:format>", views.Services.as_view(), name="open311_services"),
    path("v2/services/<str:code>.<slug:format>", views.Definition.as_view(), name="open311_definition"),
    path("v2/requests.<slug:format>", views.Requests.as_view(), name="open311_requests"),
    path("v2/requests/<str:code>.<slug:format>", views.OneRequest.as_view(), name="open311_request"),
    path("v2/tokens/<str:token>.<slug:format>", views.Token.as_view(), name="open311_token"),
    re_path("", door.Nothing.as_view()),
]
