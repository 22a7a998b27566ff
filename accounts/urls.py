from django.urls import path

from accounts import views

urlpatterns = [
    path("dang-nhap/", views.SignIn.as_view(), name="sign_in"),
    path("dang-xuat/", views.SignOut.as_view(), name="sign_out"),
    path("tai-khoan/", views.profile, name="profile"),
    path("tai-khoan/mat-khau/", views.ChangePassword.as_view(), name="change_password"),
    path("tai-khoan/vai-tro/", views.switch, name="switch_membership"),
    path("language/", views.set_language, name="set_language"),
]
