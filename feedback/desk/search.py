"""The search page. A phone number is sent by POST and never stands in an address: addresses end up in logs."""

from django.contrib.auth.decorators import login_required
from django.http import Http404
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.http import urlencode
from django.views.decorators.cache import never_cache

from accounts.actors import Actor
from feedback import access
from feedback import search as finding


@never_cache
@login_required
def search(request):
    actor = Actor.person(request.user)
    if not access.may(actor, "view"):
        raise Http404
    words = " ".join((request.POST if request.method == "POST" else request.GET).get("q", "").split())[:200]
    may_phone = access.may(actor, "search_phone")
    if request.method == "POST" and not finding.phone_digits(words):
        return redirect(f"{reverse('search')}?{urlencode({'q': words})}")
    by_phone = request.method == "POST" and may_phone
    groups = finding.find(actor, words, timezone.now(), phones=by_phone) if words else []
    context = {"words": words, "groups": groups, "page_size": finding.FOUND, "may_phone": may_phone}
    return render(request, "feedback/desk/search.html", context)
