"""Pages of consultations: the list, one with what was found that exists already, the moves."""

from collections.abc import Callable
from typing import Any

from django import forms
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.http import Http404
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST

from accounts.actors import Actor
from accounts.requests import acting
from coordination import changes
from coordination.investments import access, consulting, likeness
from coordination.investments.consulting import NotNow
from coordination.investments.forms import AnswerForm, GateForm, OpinionForm, WordsForm
from coordination.investments.views import NAV, Fault, item_of, reader
from coordination.models import Candidate, Change, Consultation

PER_PAGE = 50
State = Consultation.State
WORDS = {  # of the moves, as their buttons say
    "save": gettext_lazy("Lưu phiếu"), "submit": gettext_lazy("Gửi lấy ý kiến"),
    "ask": gettext_lazy("Yêu cầu bổ sung"), "add": gettext_lazy("Gửi bổ sung"),
    "propose": gettext_lazy("Đề xuất ý kiến"), "decide": gettext_lazy("Ký ý kiến"),
    "direct": gettext_lazy("Giao điều kiện thành chỉ đạo"),
    "follow": gettext_lazy("Báo đã thực hiện ý kiến"), "withdraw": gettext_lazy("Rút phiếu")}


def row_of(actor: Actor, number: int) -> Consultation:
    """A consultation that this person may see: a draft is its own unit's and the department's."""
    found = get_object_or_404(Consultation.objects.select_related(
        "item__unit", "item__component", "tier", "join_unit", "decided_by", "proposed_by"), pk=number)
    own = access.may_draft(actor, found.item.unit_id)
    if not access.sees(actor, found.item) or (found.state == State.DRAFT and not own):
        raise Http404
    return found


@login_required
def consultations(request):
    """All that was submitted, and this person's drafts; overdue ones first."""
    actor, now = reader(request), timezone.now()
    found = Consultation.objects.select_related("item__unit", "tier")
    if not access.may_judge(actor):
        drafts = found.filter(state=State.DRAFT, item__unit__in=actor.scope or [])
        found = found.exclude(state=State.DRAFT) | drafts
    state = request.GET.get("trang_thai", "")
    if state in State.values:
        found = found.filter(state=state)
    page = Paginator(found.order_by("-made_at", "-pk"), PER_PAGE).get_page(request.GET.get("trang"))
    rows = [(one, consulting.is_overdue(one, now)) for one in page]
    context = {"page": page, "rows": rows, "states": State.choices, "state": state, "now": now} | NAV
    return render(request, "coordination/investments/consultations.html", context)


@login_required
def consultation(request, number: int):
    actor = reader(request)
    return _page(request, actor, row_of(actor, number))


def _page(request, actor: Actor, row: Consultation, verb: str = "", faulty: forms.BaseForm | None = None):
    """With the form that lacked something, its words as they were typed."""
    now = timezone.now()
    offered = consulting.offered(actor, row)
    may_answer = access.speaks_for(actor, row.item.unit_id) and row.state in (State.DRAFT, State.ASKED)
    found = [(one, likeness.told(one.score), _answer_form(one, verb, faulty) if may_answer else None)
             for one in row.candidates.select_related("item__unit", "component")]
    context: dict[str, Any] = {
        "row": row, "overdue": consulting.is_overdue(row, now), "found": found,
        "gate": [(GateForm.base_fields[name].label, getattr(row, name)) for name in consulting.GATE],
        "gate_form": (verb == "save" and faulty or GateForm(instance=row)) if "save" in offered else None,
        "may_submit": "submit" in offered,
        "acts": [(act, WORDS[act], faulty if faulty and act == verb else _form(act, row))
                 for act in offered if act not in ("save", "submit")],
        "conditions": list(row.conditions.all()), "risks": list(row.risks.all()),
        "changes": changes.of(Change.About.CONSULTATION, row.pk, 30)} | NAV
    return render(request, "coordination/investments/consultation.html", context, status=422 if faulty else 200)


def _answer_form(one: Candidate, verb: str, faulty: forms.BaseForm | None) -> forms.BaseForm:
    prefix = f"c{one.pk}"
    return faulty if faulty and verb == prefix else AnswerForm(instance=one, prefix=prefix)


def _form(verb: str, row: Consultation):
    if verb == "direct":
        return forms.Form()
    if verb not in ("propose", "decide"):
        return WordsForm(prefix=verb)
    given = {"opinion": row.opinion, "reasons": row.reasons, "join_unit": row.join_unit_id,
             "conditions": "\n".join(one.text for one in row.conditions.all())}
    return OpinionForm(initial=given, prefix=verb)


@login_required
@require_POST
def begin(request, number: int):
    """A new consultation about an item, or the one that is open."""
    actor = reader(request)
    item = item_of(actor, number)
    if not access.speaks_for(actor, item.unit_id):
        raise Http404
    try:
        return redirect("consultation", consulting.begin(actor, item).pk)
    except NotNow as exc:
        messages.error(request, str(exc))
        return redirect("investment", number)


@login_required
@require_POST
def move(request, number: int, verb: str):
    actor = reader(request)
    row, do = row_of(actor, number), MOVES.get(verb)
    if do is None:
        raise Http404
    try:
        fault = do(actor, row, request.POST)
    except NotNow as exc:
        fault = str(exc)
    except PermissionError:
        raise Http404 from None
    if isinstance(fault, forms.BaseForm):
        return _page(request, actor, row_of(actor, number), verb, fault)
    if fault:
        messages.error(request, fault)
    else:
        messages.success(request, _("Đã ghi."))
    return redirect("consultation", number)


def _save(actor: Actor, row: Consultation, given) -> Fault:
    form = GateForm(given, instance=row)
    if not form.is_valid():
        return form
    consulting.save(actor, row, form.cleaned_data)
    return ""


def _submit(actor: Actor, row: Consultation, _given) -> Fault:
    consulting.submit(actor, row)
    return ""


def _direct(actor: Actor, row: Consultation, _given) -> Fault:
    return "" if consulting.direct(actor, row) else _("Chưa giao được: hạn của điều kiện đã qua.")


def _with_words(verb: str) -> Callable[[Actor, Consultation, Any], Fault]:
    def do(actor: Actor, row: Consultation, given) -> Fault:
        form = WordsForm(given, prefix=verb)
        if not form.is_valid():
            return form
        getattr(consulting, verb)(actor, row, form.cleaned_data["text"])
        return ""

    return do


def _with_opinion(verb: str) -> Callable[[Actor, Consultation, Any], Fault]:
    def do(actor: Actor, row: Consultation, given) -> Fault:
        form = OpinionForm(given, prefix=verb)
        if not form.is_valid():
            return form
        getattr(consulting, verb)(actor, row, form.cleaned_data)
        return ""

    return do


MOVES: dict[str, Callable[[Actor, Consultation, Any], Fault]] = {
    "save": _save, "submit": _submit, "direct": _direct,
    **{verb: _with_words(verb) for verb in ("ask", "add", "follow", "withdraw")},
    **{verb: _with_opinion(verb) for verb in ("propose", "decide")}}


@login_required
@require_POST
def answer(request, number: int, pk: int):
    """The author's word on something that looks alike."""
    actor = acting(request)
    row = row_of(actor, number)
    one = get_object_or_404(Candidate, pk=pk, consultation=row)
    form = AnswerForm(request.POST, instance=one, prefix=f"c{one.pk}")
    try:
        if not form.is_valid():
            return _page(request, actor, row, f"c{pk}", form)
        consulting.answer(actor, one, form.cleaned_data)
        messages.success(request, _("Đã trả lời."))
    except PermissionError:
        raise Http404 from None
    return redirect("consultation", number)
