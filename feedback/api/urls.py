from django.urls import path

from feedback.api import changes, views

urlpatterns = [
    path("categories/", views.Categories.as_view(), name="api_categories"),
    path("channels/", views.Channels.as_view(), name="api_channels"),
    path("changes/", changes.Changes.as_view(), name="api_changes"),
    path("tickets/", views.Tickets.as_view(), name="api_tickets"),
    path("tickets/<str:code>/", views.OneTicket.as_view(), name="api_ticket"),
    path("tickets/<str:code>/events/", views.Events.as_view(), name="api_events"),
    path("tickets/<str:code>/contacts/", views.Contacts.as_view(), name="api_contacts"),
    path("tickets/<str:code>/moves/<slug:verb>/", views.Moves.as_view(), name="api_move"),
]
