from django.urls import path

from attachments import views

urlpatterns = [
    path("tep/<slug:kind>/<int:pk>/", views.attach, name="attach"),
    path("tep/<uuid:key>/", views.attachment, name="attachment"),
    path("tep/<uuid:key>/nho/", views.small, name="small_attachment"),
    path("tep/<uuid:key>/go/", views.take_away, name="take_attachment_away"),
]
