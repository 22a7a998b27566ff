from django.urls import path

from coordination.api import directives

urlpatterns = [
    path("directives/", directives.Directives.as_view(), name="api_directives"),
    path("directives/<int:id>/", directives.One.as_view(), name="api_directive"),
    path("directives/<int:id>/answers/", directives.Answers.as_view(), name="api_directive_answers"),
]
