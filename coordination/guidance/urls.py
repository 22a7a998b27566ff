from django.urls import path

from coordination.guidance import session_views, views

urlpatterns = [
    path("huong-dan/", views.guidances, name="guidances"),
    path("huong-dan/moi/", views.new, name="new_guidance"),
    path("huong-dan/<int:pk>/", views.guidance, name="guidance"),
    path("huong-dan/<int:pk>/ban-moi/", views.renew, name="renew_guidance"),
    path("huong-dan/<int:pk>/da-doc/", views.confirm, name="confirm_guidance"),
    path("huong-dan/<int:pk>/thoi/", views.withdraw, name="withdraw_guidance"),
    path("huong-dan/<int:pk>/hoi/", views.ask, name="ask_about_guidance"),
    path("huong-dan/<int:pk>/tra-loi/<int:question>/", views.answer, name="answer_about_guidance"),
    path("huong-dan/buoi/moi/", session_views.new_session, name="new_session"),
    path("huong-dan/buoi/<int:pk>/", session_views.session, name="session"),
    path("huong-dan/buoi/<int:pk>/dang-ky/", session_views.register, name="register_for_session"),
    path("huong-dan/buoi/<int:pk>/tham-du/", session_views.hold, name="hold_session"),
    path("huong-dan/buoi/<int:pk>/huy/", session_views.cancel, name="cancel_session"),
]
