from django.urls import path

from feedback import api
from feedback.views import inbox, intake, search, ticket

urlpatterns = [
    path("tiep-nhan/", intake.intake, name="intake"),
    path("tiep-nhan/gop/", intake.join, name="intake_join"),
    path("tiep-nhan/nguoi-goi/", intake.caller, name="intake_caller"),
    path("tiep-nhan/linh-vuc/", intake.category_options, name="intake_categories"),
    path("tiep-nhan/dia-diem/", intake.place_options, name="intake_places"),
    path("tiep-nhan/tro-giup/", intake.assist, name="intake_assist"),
    path("tiep-nhan/nhap/<uuid:token>/xoa/", intake.drop_draft, name="draft_drop"),
    path("viec/", inbox.inbox, name="inbox"),
    path("viec/hang-loat/", inbox.bulk, name="inbox_bulk"),
    path("tim/", search.search, name="search"),
    path("vu/<str:code>/", ticket.ticket, name="ticket"),
    path("vu/<str:code>/lien-he/", ticket.ticket_contact, name="ticket_contact"),
    path("vu/<str:code>/<slug:verb>/", ticket.ticket_move, name="ticket_move"),
    path("api/v1/outlines/", api.outlines, name="outlines"),
    path("api/v1/callers/", api.caller, name="api_caller"),
    path("api/v1/categories/suggest/", api.categories, name="api_categories"),
    path("api/v1/places/", api.places, name="api_places"),
    path("api/v1/locate/", api.locate, name="api_locate"),
    path("api/v1/preview/", api.preview, name="api_preview"),
    path("api/v1/duplicates/", api.likely_duplicates, name="api_duplicates"),
    path("api/v1/drafts/", api.draft_list, name="api_drafts"),
    path("api/v1/drafts/<uuid:token>/", api.draft, name="api_draft"),
    path("api/v1/tickets/", api.tickets, name="api_tickets"),
    path("api/v1/tickets/<str:code>/join/", api.join, name="api_join"),
]
