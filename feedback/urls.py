from django.urls import path

from feedback import read_log
from feedback.api.deeds import client_deeds
from feedback.console import views as console
from feedback.desk import inbox, ticket
from feedback.listing import downloads
from feedback.listing import views as listing

urlpatterns = [
    path("quan-tri/du-lieu/", read_log.page, name="read_log"),
    path("ket-noi/<int:pk>/", client_deeds, name="client_deeds"),
    path("tiep-nhan/", console.intake, name="intake"),
    path("tiep-nhan/gop/", console.join, name="intake_join"),
    path("tiep-nhan/nguoi-goi/", console.caller, name="intake_caller"),
    path("tiep-nhan/linh-vuc/", console.category_options, name="intake_categories"),
    path("tiep-nhan/dia-diem/", console.place_options, name="intake_places"),
    path("tiep-nhan/tro-giup/", console.assist, name="intake_assist"),
    path("tiep-nhan/nhap/<uuid:token>/", console.keep_draft, name="draft_keep"),
    path("tiep-nhan/nhap/<uuid:token>/xoa/", console.drop_draft, name="draft_drop"),
    path("viec/", inbox.inbox, name="inbox"),
    path("viec/hang-loat/", inbox.batch, name="inbox_batch"),
    path("phan-anh/", listing.tickets, name="tickets"),
    path("phan-anh/muc/", listing.saved_views, name="saved_views"),
    path("phan-anh/muc/<int:number>/xoa/", listing.drop_view, name="saved_view_drop"),
    path("phan-anh/tep/", downloads.list_files, name="list_files"),
    path("phan-anh/tep/<uuid:token>/", downloads.list_file, name="list_file"),
    path("phan-anh/tep/<slug:form>/", downloads.tickets_file, name="tickets_file"),
    path("tim/", listing.old_search, name="search"),
    path("vu/<str:code>/", ticket.ticket, name="ticket"),
    path("vu/<str:code>/lien-he/", ticket.ticket_contact, name="ticket_contact"),
    path("vu/<str:code>/<slug:verb>/", ticket.ticket_move, name="ticket_move"),
]
