from django.urls import path

from indicators import definition_views, demanded_views, quality_views, sharing_views, upload_views, views

SHEET = "so-lieu-phai-gui/<slug:value_set>/<slug:slug>/<str:period>/"
urlpatterns = [
    path("du-lieu/", views.catalogue, name="data"),
    path("du-lieu/chat-luong/", quality_views.board, name="quality"),
    path("du-lieu/chat-luong/<slug:slug>/", quality_views.of_unit, name="quality_unit"),
    path("du-lieu/chat-luong/<slug:slug>/<int:pk>/", quality_views.answer, name="quality_answer"),
    path("du-lieu/chia-se/", sharing_views.shared, name="sharing"),
    path("du-lieu/chia-se/<int:pk>/tra-loi/", sharing_views.answer_to_see, name="answer_to_see"),
    path("du-lieu/chia-se/<int:pk>/thoi/", sharing_views.end_grant, name="end_grant"),
    path("du-lieu/de-nghi/", sharing_views.data_requests, name="data_requests"),
    path("du-lieu/de-nghi/<int:pk>/cung-can/", sharing_views.vote, name="vote_for_data"),
    path("du-lieu/de-nghi/<int:pk>/tra-loi/", sharing_views.answer_for_data, name="answer_for_data"),
    path("du-lieu/bao-cao/", demanded_views.register, name="demanded_reports"),
    path("du-lieu/bao-cao/<slug:code>/", demanded_views.report, name="demanded_report"),
    path("du-lieu/bao-cao/<slug:code>/dong/", demanded_views.line, name="demanded_line"),
    path("du-lieu/dinh-nghia/", definition_views.proposals, name="proposals"),
    path("du-lieu/dinh-nghia/moi/", definition_views.change, name="new_indicator"),
    path("du-lieu/dinh-nghia/rieng/", definition_views.own, name="own_indicator"),
    path("du-lieu/dinh-nghia/<int:pk>/", definition_views.proposal, name="proposal"),
    path("du-lieu/dinh-nghia/<int:pk>/y-kien/", definition_views.opine, name="opine"),
    path("du-lieu/dinh-nghia/<int:pk>/ket-luan/", definition_views.decide, name="decide"),
    path("du-lieu/dinh-nghia/y-kien/<int:pk>/", definition_views.reply, name="reply_to_opinion"),
    path("du-lieu/<slug:indicator>/", views.one_indicator, name="indicator"),
    path("du-lieu/<slug:indicator>/sua/", definition_views.change, name="change_indicator"),
    path("du-lieu/<slug:indicator>/xin-xem/", sharing_views.ask_to_see, name="ask_to_see"),
    path("du-lieu/<slug:indicator>/theo-doi/", sharing_views.subscribe, name="subscribe"),
    path("thong-bao/", sharing_views.notice_list, name="notices"),
    path("thong-bao/chuong/", sharing_views.bell, name="bell"),
    path("so-lieu-phai-gui/", views.owed_list, name="owed"),
    path(SHEET, views.sheet, name="sheet"),
    path(f"{SHEET}o/", views.save_cells, name="save_cells"),
    path(f"{SHEET}mau/", upload_views.template, name="sheet_template"),
    path(f"{SHEET}tep/", upload_views.send, name="send_file"),
    path(f"{SHEET}tep/<int:number>/", upload_views.staged, name="staged"),
]
