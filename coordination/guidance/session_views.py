"""Pages of sessions: planned, registered for, held."""

from typing import Any

from django import forms
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST

from accounts.actors import Actor
from coordination.guidance import access, actions, pages
from coordination.guidance.forms import ComingForm, SessionForm
from coordination.guidance.views import NAV, done, giver, reader, say_faults
from coordination.models import GuidanceSession


@login_required
def new_session(request):
    actor = giver(request)
    about = request.GET.get("ve", "")
    first = {"guidance": int(about)} if about.isdecimal() and len(about) < 15 else {}
    form = SessionForm(request.POST or None, initial=first, auto_id="session_%s")
    if request.method == "POST" and form.is_valid() and (
            made := done(form, lambda: actions.plan(actor, form.cleaned_data))):
        messages.success(request, _("Đã mời các đơn vị."))
        return redirect("session", made.pk)
    return render(request, "coordination/guidance/new_session.html", {"form": form} | NAV,
                  status=422 if form.errors else 200)


@never_cache
@login_required
def session(request, pk: int):
    return _page(request, reader(request), get_object_or_404(GuidanceSession, pk=pk))


def _page(request, actor: Actor, chosen: GuidanceSession, form: forms.Form | None = None):
    context: dict[str, Any] = pages.session(actor, chosen, timezone.now()) | NAV
    own = context["own"]
    context["form"] = form or ComingForm(initial={"people": own.people if own else 1}, auto_id="coming_%s")
    return render(request, "coordination/guidance/session.html", context, status=422 if form else 200)


@login_required
@require_POST
def register(request, pk: int):
    actor, chosen = reader(request), get_object_or_404(GuidanceSession, pk=pk)
    form = ComingForm(request.POST, auto_id="coming_%s")
    if form.is_valid() and done(form, lambda: actions.register(actor, pk, form.cleaned_data["people"])):
        messages.success(request, _("Đã đăng ký."))
        return redirect("session", pk)
    return _page(request, actor, chosen, form)


@login_required
@require_POST
def hold(request, pk: int):
    """How many came, unit by unit (`came-17`); empty is none."""
    actor = giver(request)
    get_object_or_404(GuidanceSession, pk=pk)
    known = {unit.pk for unit in access.units()}
    came = {pk: _count(request.POST.get(f"came-{pk}", "")) for pk in known if f"came-{pk}" in request.POST}
    if any(count is None for count in came.values()):
        messages.error(request, _("Số người phải là số từ 0 đến 500; chưa ghi gì."))
        return redirect("session", pk)
    form = forms.Form(request.POST)
    done(form, lambda: actions.hold(actor, pk, {unit: count for unit, count in came.items() if count is not None}))
    say_faults(request, form)
    if form.is_valid():
        messages.success(request, _("Đã ghi số người tham dự."))
    return redirect("session", pk)


def _count(text: str) -> int | None:
    text = text.strip() or "0"
    return int(text) if text.isascii() and text.isdecimal() and len(text) < 4 and int(text) <= 500 else None


@login_required
@require_POST
def cancel(request, pk: int):
    actor, form = giver(request), forms.Form(request.POST)
    get_object_or_404(GuidanceSession, pk=pk)
    done(form, lambda: actions.cancel(actor, pk))
    say_faults(request, form)
    if form.is_valid():
        messages.success(request, _("Đã hủy buổi hướng dẫn."))
    return redirect("session", pk)
