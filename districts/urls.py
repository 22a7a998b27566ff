from django.urls import path

from districts import views

urlpatterns = [path("ban-do/ranh-gioi.json", views.outlines, name="outlines")]
