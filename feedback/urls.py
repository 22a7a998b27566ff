from django.urls import path

from feedback import api
from feedback.views import inbox, ticket

urlpatterns = [
    path("viec/", inbox.inbox, name="inbox"),
    path("viec/hang-loat/", inbox.bulk, name="inbox_bulk"),
    path("vu/<str:code>/", ticket.ticket, name="ticket"),
    path("vu/<str:code>/lien-he/", ticket.ticket_contact, name="ticket_contact"),
    path("vu/<str:code>/<slug:verb>/", ticket.ticket_move, name="ticket_move"),
    path("api/v1/outlines/", api.outlines, name="outlines"),
]
