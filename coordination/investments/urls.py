from django.urls import path

from coordination.investments import consult_views, file_views, views

urlpatterns = [
    path("dau-tu/", views.items, name="investments"),
    path("dau-tu/bang/", views.overview, name="investment_board"),
    path("dau-tu/moi/", views.edit, name="new_investment"),
    path("dau-tu/tep/", file_views.send, name="investment_file"),
    path("dau-tu/tep/<int:number>/", file_views.staged, name="staged_investments"),
    path("dau-tu/tai-ve/<slug:form>/", file_views.export, name="investments_as"),
    path("dau-tu/y-kien/", consult_views.consultations, name="consultations"),
    path("dau-tu/y-kien/<int:number>/", consult_views.consultation, name="consultation"),
    path("dau-tu/y-kien/<int:number>/giong/<int:pk>/", consult_views.answer, name="answer_candidate"),
    path("dau-tu/y-kien/<int:number>/<slug:verb>/", consult_views.move, name="move_consultation"),
    path("dau-tu/<int:number>/", views.item, name="investment"),
    path("dau-tu/<int:number>/sua/", views.edit, name="edit_investment"),
    path("dau-tu/<int:number>/lay-y-kien/", consult_views.begin, name="begin_consultation"),
    path("dau-tu/<int:number>/<slug:verb>/", views.act, name="act_on_investment"),
]
