"""Pages of the register: the list, one item with what may be done to it, the board."""

from collections.abc import Callable
from typing import Any

from django import forms
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.db.models import Q
from django.http import Http404
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from accounts.actors import Actor
from accounts.requests import acting
from coordination import changes
from coordination.investments import access, board, consulting, likeness, register
from coordination.investments.forms import (
    BaselineForm,
    FilterForm,
    FundingForm,
    ItemForm,
    JudgeForm,
    LeaveForm,
    ReportForm,
)
from coordination.models import Change, Consultation, Funding, Item
from districts.models import Unit
from hcmc_ioc.lib.text import vn_norm

NAV = {"nav_current": "investments"}
PER_PAGE = 50
Fault = forms.BaseForm | str  # what lacks, at its field or in a sentence; "" for nothing


def reader(request) -> Actor:
    """Who asks; 404 for whoever may not."""
    actor = acting(request)
    if not access.may_read(actor):
        raise Http404
    return actor


def item_of(actor: Actor, number: int) -> Item:
    """An item that this person may see; 404 for any other."""
    found = Item.objects.select_related("unit", "component").filter(pk=number).first()
    if found is None or not access.sees(actor, found):
        raise Http404
    return found


@login_required
def items(request):
    """Every item, planned or running, the newest change first."""
    actor = reader(request)
    form = FilterForm(request.GET, units=Unit.objects.in_force())
    form.is_valid()
    asked, found = form.cleaned_data, register.visible(actor)
    if unit := asked.get("don_vi"):
        found = found.filter(unit=unit)
    if group := asked.get("nhom"):
        found = found.filter(component__group=group)
    if state := asked.get("trang_thai"):
        found = found.filter(state=state)
    for word in vn_norm(asked.get("q") or "").split():
        found = found.filter(Q(folded_name__contains=word) | Q(name__icontains=word))
    page = Paginator(found, PER_PAGE).get_page(request.GET.get("trang"))
    context = {"page": page, "form": form, "may_draft": access.may_judge(actor) or bool(actor.scope)} | NAV
    return render(request, "coordination/investments/items.html", context)


@login_required
def item(request, number: int):
    """One item: what it is, its money, its baselines, how it fares, its consultations, what looks like it."""
    actor = reader(request)
    return _page(request, actor, item_of(actor, number))


def _page(request, actor: Actor, one: Item, verb: str = "", faulty: forms.BaseForm | None = None):
    """With the form that lacked something, its words as they were typed."""
    may_keep, offers = access.may_keep(actor, one.unit_id), access.sees_offers(actor, one)
    alike = [(likeness.told(how.score), how.why(), other) for how, other in _alike(actor, one)]
    context: dict[str, Any] = {
        "item": one, "offers": offers, "funding": list(one.funding.all()), "baselines": list(one.baselines.all()),
        "consultations": list(one.consultations.all()), "alike": alike, "today": timezone.localdate(),
        "may_edit": access.may_edit(actor, one) and one.state != Item.State.LEFT,
        "may_confirm": may_keep and one.state == Item.State.DRAFT,
        "may_ask": access.speaks_for(actor, one.unit_id) and one.state not in (Item.State.LEFT, Item.State.ENDED),
        "acts": [(act, label, faulty if faulty and act == verb else form) for act, label, form in _acts(actor, one)],
        "changes": changes.of(Change.About.INVESTMENT, one.pk, 20) if offers else []} | NAV
    return render(request, "coordination/investments/item.html", context, status=422 if faulty else 200)


def _alike(actor: Actor, one: Item) -> list[tuple[likeness.Likeness, Item]]:
    found = likeness.candidates(one)
    shown = {other.pk: other for other in register.visible(actor).filter(pk__in=[pk for pk, _how in found])}
    return [(how, shown[pk]) for pk, how in found if pk in shown]


def _acts(actor: Actor, one: Item) -> list[tuple[str, str, Any]]:
    """(verb, its words, its form) for what this person may do now."""
    found: list[tuple[str, str, Any]] = []
    is_open = one.state in register.OPEN
    if access.may_keep(actor, one.unit_id):
        if one.is_kept and one.state != Item.State.LEFT:
            if access.leads(actor, one.unit_id):
                found.append(("report", _("Cập nhật tiến độ"), ReportForm(instance=one, prefix="report")))
            found.append(("fund", _("Thêm nguồn vốn"), FundingForm(prefix="fund")))
        if is_open:
            found += [("plan", _("Lập lại mốc gốc"), BaselineForm(instance=one, prefix="plan")),
                      ("leave", _("Dừng hạng mục"), LeaveForm(prefix="leave"))]
    if access.may_judge(actor) and one.is_kept:
        found.append(("judge", _("Đánh giá độc lập"), JudgeForm(instance=one, prefix="judge")))
    return found


@login_required
def edit(request, number: int | None = None):
    """A new item, or another wording of one."""
    actor = reader(request)
    one = item_of(actor, number) if number is not None else None
    if one and (not access.may_edit(actor, one) or one.state == Item.State.LEFT):
        raise Http404
    if one is None and not (access.may_judge(actor) or actor.scope):
        raise Http404
    form = ItemForm(request.POST or None, instance=one, actor=actor)
    if request.method == "POST" and form.is_valid():
        kept = register.keep(actor, form.instance)
        messages.success(request, _("Đã lưu hạng mục."))
        return redirect("investment", kept.pk)
    context = {"item": one, "form": form} | NAV
    return render(request, "coordination/investments/edit.html", context, status=422 if form.errors else 200)


@login_required
@require_POST
def act(request, number: int, verb: str):
    """One thing done to an item."""
    actor = reader(request)
    one = item_of(actor, number)
    do = ACTS.get(verb)
    if do is None:
        raise Http404
    try:
        fault = do(actor, one, request.POST)
    except PermissionError:
        raise Http404 from None
    if isinstance(fault, forms.BaseForm):
        return _page(request, actor, item_of(actor, number), verb, fault)
    if fault:
        messages.error(request, fault)
    else:
        messages.success(request, _("Đã ghi."))
    return redirect("investment", number)


def _confirm(actor: Actor, one: Item, _given) -> Fault:
    register.confirm(actor, one)
    return ""


def _report(actor: Actor, one: Item, given) -> Fault:
    form = ReportForm(given, instance=one, prefix="report")
    if not form.is_valid():
        return form
    register.report(actor, one, form.cleaned_data)
    return ""


def _judge(actor: Actor, one: Item, given) -> Fault:
    form = JudgeForm(given, instance=one, prefix="judge")
    if not form.is_valid():
        return form
    register.judge(actor, one, form.cleaned_data)
    return ""


def _plan(actor: Actor, one: Item, given) -> Fault:
    form = BaselineForm(given, instance=one, prefix="plan")
    if not form.is_valid():
        return form
    register.plan_anew(actor, one, form.cleaned_data, form.cleaned_data["reason"])
    return ""


def _leave(actor: Actor, one: Item, given) -> Fault:
    form = LeaveForm(given, prefix="leave")
    if not form.is_valid():
        return form
    register.leave(actor, one, form.cleaned_data["reason"], timezone.localdate())
    return ""


def _fund(actor: Actor, one: Item, given) -> Fault:
    form = FundingForm(given, instance=Funding(item=one), prefix="fund")
    if not form.is_valid():
        return form
    register.fund(actor, one, form.instance)
    return ""


ACTS: dict[str, Callable[[Actor, Item, Any], Fault]] = {
    "confirm": _confirm, "report": _report, "judge": _judge, "plan": _plan, "leave": _leave, "fund": _fund}


@login_required
def overview(request):
    """Money, overlaps, ratings beside facts, prices of the same service."""
    actor = reader(request)
    found = board.of(register.visible(actor).exclude(state=Item.State.DRAFT), timezone.localdate())
    now = timezone.now()
    waiting = Consultation.objects.filter(state=Consultation.State.SUBMITTED).select_related("item__unit", "tier")
    overdue = [one for one in waiting.order_by("due_at") if consulting.is_overdue(one, now)]
    context = {"board": found, "overdue": overdue} | NAV
    return render(request, "coordination/investments/board.html", context)
