"""The list of everything: `/phan-anh/`, its count, and lists kept under a name."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import ValidationError
from django.http import Http404, QueryDict
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST

from accounts.actors import Actor
from feedback import access, topics
from feedback.listing import columns, saved
from feedback.listing.filters import TicketFilter
from feedback.listing.pages import Page

COOKIE = "cot"  # the columns that were chosen on this device: a phone shows others than a desk
YEAR = 365 * 24 * 3600


@never_cache
@login_required
def tickets(request):
    """Every ticket that the person may see, narrowed and sorted by the address."""
    actor = reader(request)
    page = Page(actor, TicketFilter(actor, request.GET), timezone.now(), request.GET)
    if request.GET.get("part") == "count":
        return render(request, "feedback/listing/count.html", {"count": page.count()})
    picked = ",".join(name for name in request.GET.getlist("col") if name in columns.COLUMNS)
    shown = columns.chosen(picked or request.COOKIES.get(COOKIE, ""))
    context = {"page": page, "shown": shown, "every": columns.COLUMNS.values(), "nav_current": "tickets",
               "may_phone": access.may(actor, "search_phone"), "may_share": access.may(actor, "share_view"),
               "saved": saved.shown(actor)} | _heard(actor)
    answer = render(request, "feedback/listing/tickets.html", context)
    if picked:
        answer.set_cookie(COOKIE, picked.replace(",", "."), max_age=YEAR, samesite="Lax", httponly=True,
                          secure=request.is_secure())
    return answer


@never_cache
@login_required
def saved_views(request):
    """GET: the views with their counts, a piece of pages. POST: keep a list under a name."""
    actor = reader(request)
    if request.method != "POST":
        context = {"saved": saved.shown(actor, timezone.now()), "counted": True} | _heard(actor)
        return render(request, "feedback/listing/saved.html", context)
    query = request.POST.get("query", "")
    try:
        view = saved.save(actor, request.POST.get("name", ""), query, for_unit="for_unit" in request.POST)
        messages.success(request, _("Đã lưu mục “%(name)s”.") % {"name": view.name})
        query = view.query
    except ValidationError as refusal:
        messages.error(request, refusal.message)
    return redirect(f"{reverse('tickets')}?{QueryDict(query[:2000]).urlencode()}")


@login_required
@require_POST
def drop_view(request, number: int):
    actor = reader(request)
    if not saved.drop(actor, number):
        raise Http404
    messages.success(request, _("Đã xóa mục."))
    return redirect("tickets")


def _heard(actor: Actor) -> dict:
    heard = topics.of_scope(actor)
    return {"topics": heard, "live_topics": heard.replace(" ", ",")}


def reader(request) -> Actor:
    """Who asks, if they may see tickets at all; else 404."""
    actor = Actor.person(request.user)
    if not access.may(actor, "view"):
        raise Http404
    return actor
