"""Every address of the rooms: each lists its own."""

from django.urls import URLPattern

urlpatterns: list[URLPattern] = []
