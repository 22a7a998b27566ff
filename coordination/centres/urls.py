from django.urls import path

from coordination.centres import maturity_views, views

urlpatterns = [
    path("trung-tam/", views.centres, name="centres"),
    path("trung-tam/trien-khai/", views.board, name="rollout"),
    path("trung-tam/trien-khai/moi/", views.new_plan, name="new_rollout"),
    path("trung-tam/trien-khai/<int:year>/", views.plan, name="rollout_plan"),
    path("trung-tam/truong-thanh/", maturity_views.levels, name="maturity"),
    path("trung-tam/<slug:slug>/", views.centre, name="centre"),
    path("trung-tam/<slug:slug>/sua/", views.edit, name="edit_centre"),
    path("trung-tam/<slug:slug>/trang-thai/", views.status, name="centre_status"),
    path("trung-tam/<slug:slug>/moc/<slug:code>/", views.step, name="rollout_step"),
    path("trung-tam/<slug:slug>/truong-thanh/", maturity_views.unit_maturity, name="unit_maturity"),
    path("trung-tam/<slug:slug>/truong-thanh/muc-tieu/", maturity_views.target, name="maturity_target"),
    path("trung-tam/<slug:slug>/truong-thanh/<slug:kind>/", maturity_views.assess, name="assess_maturity"),
]
