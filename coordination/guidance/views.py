"""Pages of guidance (`/huong-dan/`): what units are told, who has read it, questions, sessions."""

from collections.abc import Callable
from typing import Any

from django import forms
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.db import transaction
from django.http import Http404
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST

from accounts.actors import Actor
from accounts.requests import acting
from attachments import storing
from coordination.guidance import access, actions, pages
from coordination.guidance.forms import (
    AnswerForm,
    GuidanceForm,
    QuestionForm,
    RenewForm,
    WithdrawForm,
)
from coordination.machines.directives import Illegal
from coordination.models import Guidance, GuidanceQuestion, GuidanceSession

NAV = {"nav_current": "guidances"}
PER_PAGE = 40


def reader(request) -> Actor:
    """Who asks; 404 for whoever has no business with guidance."""
    actor = acting(request)
    if not access.may_read(actor):
        raise Http404
    return actor


def giver(request) -> Actor:
    actor = reader(request)
    if not access.may_give(actor):
        raise Http404
    return actor


def done(form: forms.BaseForm, deed: Callable[[], Any]) -> Any:
    """What the deed returns; what it refuses is said at the form, and None returned."""
    try:
        with transaction.atomic():
            return deed()
    except PermissionDenied as exc:
        raise Http404 from exc
    except Illegal as exc:
        form.add_error(None, str(exc))
    except storing.Full as exc:
        form.add_error("attached", exc.words)
    return None


def say_faults(request, form: forms.BaseForm) -> None:
    for fault in form.non_field_errors():
        messages.error(request, str(fault))


@never_cache
@login_required
def guidances(request):
    """What is in force, the newest first; sessions ahead; what was withdrawn."""
    actor = reader(request)
    unit_ids = {unit.pk for unit in access.units()}
    page = Paginator(Guidance.objects.filter(withdrawn_at=None), PER_PAGE).get_page(request.GET.get("trang"))
    ended = list(Guidance.objects.exclude(withdrawn_at=None)[:PER_PAGE])
    past = GuidanceSession.objects.filter(starts_at__lt=timezone.now())[:10]
    context = {"page": page, "rows": pages.rows(actor, list(page), unit_ids), "total": len(unit_ids), "ended": ended,
               "coming": pages.coming(timezone.now()), "past": past, "gives": access.may_give(actor)} | NAV
    return render(request, "coordination/guidance/list.html", context)


@login_required
def new(request):
    actor = giver(request)
    form = GuidanceForm(request.POST or None, request.FILES or None, auto_id="guidance_%s")
    if request.method == "POST" and form.is_valid():
        def deed() -> Guidance:
            made = actions.publish(actor, form.cleaned_data)
            storing.keep("guidance", made.pk, actor, form.cleaned_data["attached"])
            return made
        if made := done(form, deed):
            messages.success(request, _("Đã ban hành; mọi đơn vị được báo."))
            return redirect("guidance", made.pk)
    return _edited(request, form, None)


@login_required
def renew(request, pk: int):
    """Another version, with what is different."""
    actor, guidance = giver(request), _one(pk)
    version = guidance.versions.first()
    first = {"topic": guidance.topic, "title": guidance.title, "body": version.body if version else "",
             "version": guidance.version}
    form = RenewForm(request.POST or None, request.FILES or None, initial=first, auto_id="guidance_%s")
    if request.method == "POST" and form.is_valid():
        def deed() -> Guidance:
            made = actions.renew(actor, pk, form.cleaned_data["version"], form.cleaned_data)
            storing.keep("guidance", pk, actor, form.cleaned_data["attached"])
            return made
        if done(form, deed):
            messages.success(request, _("Đã ra bản mới; mọi đơn vị cần đọc lại."))
            return redirect("guidance", pk)
    return _edited(request, form, guidance)


def _edited(request, form, guidance: Guidance | None):
    context = {"form": form, "guidance": guidance} | NAV
    return render(request, "coordination/guidance/edit.html", context, status=422 if form.errors else 200)


def _one(pk: int) -> Guidance:
    return get_object_or_404(Guidance, pk=pk)


@never_cache
@login_required
def guidance(request, pk: int):
    return _page(request, reader(request), _one(pk))


def _page(request, actor: Actor, chosen: Guidance, **faulty: Any):
    """With the form that lacked something, its words as they were typed."""
    context = pages.one(actor, chosen) | NAV
    context |= {"question_form": faulty.get("ask") or QuestionForm(auto_id="ask_%s"),
                "withdraw_form": faulty.get("withdraw") or WithdrawForm(auto_id="withdraw_%s"),
                "answers": {one.pk: AnswerForm(auto_id=f"answer_{one.pk}_%s") for one in context["questions"]}
                | faulty.get("answer", {})}
    return render(request, "coordination/guidance/one.html", context, status=422 if faulty else 200)


@login_required
@require_POST
def confirm(request, pk: int):
    """The unit has read it."""
    actor, form = reader(request), forms.Form(request.POST)
    version = request.POST.get("version", "")
    number = int(version) if version.isdecimal() and len(version) < 9 else 0
    _one(pk)
    done(form, lambda: actions.confirm(actor, pk, number))
    if form.is_valid():
        messages.success(request, _("Đã xác nhận đơn vị đã đọc."))
    say_faults(request, form)
    return redirect("guidance", pk)


@login_required
@require_POST
def withdraw(request, pk: int):
    actor, chosen = giver(request), _one(pk)
    form = WithdrawForm(request.POST, auto_id="withdraw_%s")
    if form.is_valid() and done(form, lambda: actions.withdraw(actor, pk, form.cleaned_data["reason"])):
        messages.success(request, _("Hướng dẫn đã thôi áp dụng."))
        return redirect("guidance", pk)
    return _page(request, actor, chosen, withdraw=form)


@login_required
@require_POST
def ask(request, pk: int):
    actor, chosen = reader(request), _one(pk)
    form = QuestionForm(request.POST, auto_id="ask_%s")
    if form.is_valid() and done(form, lambda: actions.ask(actor, pk, form.cleaned_data["text"])):
        messages.success(request, _("Đã gửi câu hỏi."))
        return redirect("guidance", pk)
    return _page(request, actor, chosen, ask=form)


@login_required
@require_POST
def answer(request, pk: int, question: int):
    actor, chosen = giver(request), _one(pk)
    get_object_or_404(GuidanceQuestion, pk=question, guidance=chosen)
    form = AnswerForm(request.POST, auto_id=f"answer_{question}_%s")
    if form.is_valid() and done(form, lambda: actions.answer(actor, question, form.cleaned_data["text"])):
        messages.success(request, _("Đã trả lời; mọi đơn vị đọc được."))
        return redirect("guidance", pk)
    return _page(request, actor, chosen, answer={question: form})
