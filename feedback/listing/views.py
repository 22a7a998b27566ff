"""The list of everything: `/phan-anh/`, its count, and lists kept under a name."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import ValidationError
from django.http import Http404, QueryDict
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST

from accounts.actors import Actor
from feedback import access, search, topics
from feedback.listing import columns, jobs, saved
from feedback.listing.filters import TicketFilter
from feedback.listing.pages import Page
from hcmc_ioc.lib.text import clean

COOKIE = "cot"  # the columns that were chosen on this device: a phone shows others than a desk
YEAR = 365 * 24 * 3600


@never_cache
@login_required
def tickets(request):
    """Every ticket that the person may see, narrowed and sorted by the address. Who may ask by phone number sends the
    form by POST, so that no number stands in an address."""
    actor = reader(request)
    if request.method == "POST":
        return _asked(request, actor)
    page = Page(actor, TicketFilter(actor, request.GET), timezone.now(), request.GET)
    if request.GET.get("part") == "count":
        found, more = page.counted()
        return render(request, "feedback/listing/count.html", {"count": found, "more": more})
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


def _asked(request, actor: Actor):
    """The address of the list that the form asks for; a number in it becomes a caller."""
    if not access.may(actor, "search_phone"):
        raise Http404
    asked = request.POST.copy()
    words, tail = clean(asked.get("q", ""))[:200], clean(asked.get("tail", ""))[:40]
    if caller := search.caller_of(tail) or (search.caller_of(words) if search.is_phone(words, timezone.now()) else ""):
        asked["caller"], asked["q"] = caller, ""
    narrowed = TicketFilter(actor, asked)
    kept = {name: asked[name] for name in (*narrowed.fields, "sort") if asked.get(name)}  # what is wrong is said there
    return redirect(f"{reverse('tickets')}?{urlencode(kept)}")


@never_cache
@login_required
def old_search(request):
    """The address of the search page as people kept it."""
    reader(request)
    return redirect(f"{reverse('tickets')}?{urlencode({'q': request.GET.get('q', '')})}")


@never_cache
@login_required
def saved_views(request):
    """GET: the views with their counts, a piece of pages. POST: keep a list under a name."""
    actor = reader(request)
    if request.method != "POST":
        context = {"saved": saved.shown(actor, timezone.now()), "counted": True, "ready": jobs.ready(actor)}
        context |= _heard(actor)
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
