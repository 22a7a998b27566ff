"""The page of what is fetched from elsewhere (`/du-lieu/nguon/`): what arrives, what does not, what was kept back."""

from celery import current_app
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.db import transaction
from django.http import Http404
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from accounts.actors import Actor
from indicators import access, pulling, totals
from indicators.models import Pull, PullRun


def _viewer(request, verb: str = "sources") -> Actor:
    actor = Actor.person(request.user)
    if not access.may(actor, verb):
        raise Http404
    return actor


@login_required
def sources(request):
    actor = _viewer(request)
    context = {"sources": pulling.sources(timezone.now()), "may_release": access.may(actor, "define"), "room": "pulls",
               "nav_current": "data", "live_topics": totals.TOPIC}
    return render(request, "indicators/pulls.html", context)


@login_required
@require_POST
def pull_now(request, pk: int):
    """Have it fetched by the background, now."""
    _viewer(request)
    chosen = get_object_or_404(Pull, pk=pk, is_on=True)
    pulling.soon(chosen)
    transaction.on_commit(lambda: current_app.send_task(pulling.TASK, ignore_result=True, retry=False), robust=True)
    messages.info(request, _("Đang lấy; kết quả hiện ở đây sau ít phút."))
    return redirect("pulls")


@login_required
@require_POST
def release(request, pk: int):
    """Take what was kept back for being too little, or drop it; analysts alone, for these are values."""
    _viewer(request, "define")
    held = get_object_or_404(PullRun, pk=pk)
    take = request.POST.get("act") == "take"
    if pulling.settle(held, take=take):
        messages.success(request, _("Đã nhận số liệu.") if take else _("Đã bỏ, không ghi gì."))
    else:
        messages.info(request, _("Số liệu này đã được xử lý."))
    return redirect("pulls")
