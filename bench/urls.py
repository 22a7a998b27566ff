"""The site's addresses and two more: the floor that a page, and the floor that a save, cannot go below."""

from django.contrib.auth.decorators import login_required
from django.db import connection, transaction
from django.shortcuts import render
from django.urls import path
from rest_framework.decorators import api_view
from rest_framework.response import Response

from feedback.models import Ticket
from hcmc_ioc.urls import handler500, urlpatterns  # noqa: F401 - Django asks this module for both


@login_required
def page_floor(request, pk):
    """The site's own page around the answer of one query by primary key."""
    code, title = Ticket.objects.values_list("code", "title").get(pk=pk)
    return render(request, "bench/floor.html", {"code": code, "title": title, "live_topics": f"ticket:{pk}"})


@api_view(["POST"])
def write_floor(request):
    """One row inserted and committed."""
    with transaction.atomic(durable=True), connection.cursor() as cursor:
        cursor.execute("INSERT INTO bench_row (words) VALUES (%s) RETURNING id", [request.data["words"]])
        return Response({"id": cursor.fetchone()[0]}, status=201)


urlpatterns = [path("bench/page/<int:pk>/", page_floor), path("bench/write/", write_floor), *urlpatterns]
