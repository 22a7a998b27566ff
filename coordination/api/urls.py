from django.urls import path

from coordination.api import centres, directives, incidents, investments

urlpatterns = [
    path("centres/", centres.Centres.as_view(), name="api_centres"),
    path("maturity/", centres.Maturity.as_view(), name="api_maturity"),
    path("investments/", investments.Investments.as_view(), name="api_investments"),
    path("investments/<int:id>/", investments.One.as_view(), name="api_investment"),
    path("directives/", directives.Directives.as_view(), name="api_directives"),
    path("directives/<int:id>/", directives.One.as_view(), name="api_directive"),
    path("directives/<int:id>/answers/", directives.Answers.as_view(), name="api_directive_answers"),
    path("incidents/", incidents.Incidents.as_view(), name="api_incidents"),
    path("incidents/<int:id>/cap/", incidents.Cap.as_view(), name="api_incident_cap"),
    path("city-level/", incidents.Level.as_view(), name="api_city_level"),
]
