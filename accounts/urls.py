from django.urls import path

from accounts import attempt_views, client_views, views

urlpatterns = [
    path("dang-nhap/", views.SignIn.as_view(), name="sign_in"),
    path("dang-xuat/", views.SignOut.as_view(), name="sign_out"),
    path("tai-khoan/", views.profile, name="profile"),
    path("tai-khoan/mat-khau/", views.ChangePassword.as_view(), name="change_password"),
    path("tai-khoan/vai-tro/", views.switch, name="switch_membership"),
    path("quan-tri/dang-nhap/", attempt_views.sign_ins, name="sign_ins"),
    path("quan-tri/dang-nhap/bo-tam-dung/", attempt_views.lift_pause, name="lift_pause"),
    path("ket-noi/", client_views.client_list, name="clients"),
    path("ket-noi/<int:pk>/doi-ma/", client_views.client_rotate, name="client_rotate"),
    path("ket-noi/<int:pk>/khoa/", client_views.client_key, name="client_key"),
    path("ket-noi/<int:pk>/thu-hoi/", client_views.client_revoke, name="client_revoke"),
    path("language/", views.set_language, name="set_language"),
]
