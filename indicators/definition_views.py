"""Pages of definitions: what is proposed and was decided, the form with its preview, the units' opinions, and the
indicators that a unit keeps for itself."""

import hashlib
import json
from datetime import timedelta
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from hcmc_ioc.lib.text import clean
from indicators import access, definitions
from indicators.definition_forms import Change, DecisionForm, OpinionForm, OwnForm, ReasonForm
from indicators.models import Indicator, Opinion, Proposal
from indicators.sharing_views import page_of, viewer

TERM = timedelta(days=14)  # that the form proposes; the analyst chooses
NAMED = ["code", "name_vi", "name_en", "field", "measure_vi", "measure_en", "decimals", "polarity"]
MEANING = ["begins", "kind", "definition_vi", "definition_en", "basis"]
PARTS = ["numerator_vi", "numerator_en", "denominator_vi", "denominator_en", "factor"]
ADDING = ["over_time", "over_territory", "denominator_over_time", "denominator_over_territory"]
COMING = ["source", "value_set", "period_kind", "city_value", "formula", "missing", "coverage", "freshness_days"]
SHARING = ["owner", "access", "answer_days", "closed_on"]


@login_required
def proposals(request):
    """What is being asked of the units, then what was decided."""
    actor = viewer(request)
    rows = Proposal.objects.select_related("indicator", "proposed_by").prefetch_related("opinions").order_by("-pk")
    is_open = list(rows.filter(state=Proposal.State.OPEN))
    said = {one.proposal_id for one in Opinion.objects.filter(proposal__in=is_open, unit=actor.own_unit_id)}
    decided = page_of(request, rows.exclude(state=Proposal.State.OPEN))
    context = {
        "open": is_open, "decided": decided.rows, "pages": decided, "said": said,
        "may_define": access.may(actor, "define"), "may_define_own": access.may(actor, "define_own"),
        "may_opine": access.may(actor, "ask"), "today": timezone.localdate(), "nav_current": "data",
    }
    return render(request, "indicators/proposals.html", context)


@login_required
def change(request, indicator: str = ""):
    """A new indicator, or a change of one: typed, previewed, then put to the units or applied at once."""
    actor = viewer(request, "define")
    known = get_object_or_404(Indicator, code=indicator) if indicator else None
    typed = Change(known, _typed(request, known) if request.method == "POST" else None)
    seen = seal(typed.facts or {})
    context: dict[str, Any] = {"change": typed, "indicator": known, "groups": _groups(typed),
                               "nav_current": "data", "seal": seen}
    if request.method == "POST" and typed.is_valid():
        asks_units = typed.asks_units
        is_sent = request.POST.get("send") and request.POST.get("seal") == seen
        reason = ReasonForm(request.POST if is_sent else None, asks_units=asks_units,
                            initial={"until": timezone.localdate() + TERM})
        if is_sent and reason.is_valid() and typed.differences:
            return _proposed(request, actor, typed, **reason.cleaned_data)
        context |= {"reason_form": reason, "preview": definitions.preview(typed), "asks_units": asks_units,
                    "differences": [(typed.label(name), was, now) for name, was, now in typed.differences]}
    return render(request, "indicators/definition_form.html", context)


def _typed(request, known: Indicator | None) -> dict[str, str]:
    """What stands in the fields, as texts; nothing else that a request may hold."""
    return {name: request.POST.get(name, "")[:4000] for name in Change(known).fields}


def seal(facts: dict) -> str:
    return hashlib.sha256(json.dumps(facts, sort_keys=True).encode()).hexdigest()[:16]


def _groups(typed: Change) -> list[tuple[str, list]]:
    """The fields as the page shows them, under their heads."""
    there = {name: form[name] for form in (typed.row, typed.version) for name in form.fields}
    groups = [(_("Tên gọi"), NAMED), (_("Định nghĩa"), MEANING), (_("Nguồn, kỳ, biểu"), COMING),
              (_("Tử số, mẫu số"), PARTS), (_("Cách cộng"), ADDING), (_("Chủ quản, chia sẻ"), SHARING)]
    return [(head, [there[name] for name in names if name in there]) for head, names in groups]


def _proposed(request, actor, typed: Change, reason: str, until=None):
    try:
        asked = definitions.propose(actor, typed, reason, until)
    except definitions.AlreadyProposed:
        messages.warning(request, _("Chỉ số này đang có một đề nghị chờ kết luận."))
        return redirect("proposals")
    if asked.state == Proposal.State.OPEN:
        messages.success(request, _("Đã gửi lấy ý kiến các đơn vị."))
        return redirect("proposal", asked.pk)
    messages.success(request, _("Đã áp dụng."))
    return redirect("indicator", typed.row.instance.code)


@login_required
def proposal(request, pk: int):
    """One proposal: what would change, what the units say, how it ended."""
    actor = viewer(request)
    asked = get_object_or_404(Proposal.objects.select_related("indicator", "proposed_by", "decided_by"), pk=pk)
    is_open = asked.state == Proposal.State.OPEN
    opinions = list(asked.opinions.select_related("unit", "user", "answered_by").order_by("unit__sort_key"))
    mine = next((one for one in opinions if one.unit_id == actor.own_unit_id), None)
    in_term = is_open and asked.until is not None and asked.until >= timezone.localdate()
    may_decide = is_open and access.may(actor, "define")
    unanswered = sum(not one.agrees and one.answered_at is None for one in opinions)
    typed = Change(asked.indicator if is_open else None, asked.facts)
    everything = Change(None)
    labels = {name: everything.label(name) for name in everything.fields}
    sees = asked.indicator is None or access.sees_unasked(actor, asked.indicator)
    context = {
        "asked": asked, "opinions": opinions, "in_term": in_term, "nav_current": "data",
        "differences": [(labels.get(name, name), was, now) for name, was, now in asked.changes],
        "preview": definitions.preview(typed) if is_open and sees and typed.is_valid() else None,
        "opinion_form": OpinionForm(initial={"agrees": "yes" if mine.agrees else "no", "words": mine.words} if mine
                                    else None) if in_term and access.may(actor, "ask") else None,
        "may_reply": may_decide,
        "decision_form": DecisionForm(may_adopt=not in_term and not unanswered) if may_decide else None,
        "unanswered": unanswered, "mine": mine,
    }
    return render(request, "indicators/proposal.html", context)


@login_required
@require_POST
def opine(request, pk: int):
    actor = viewer(request, "ask")
    form = OpinionForm(request.POST)
    if not form.is_valid():
        return _back(request, pk, form)
    try:
        definitions.opine(actor, pk, agrees=form.cleaned_data["agrees"] == "yes", words=form.cleaned_data["words"])
    except LookupError:
        messages.error(request, _("Đã hết hạn lấy ý kiến."))
    else:
        messages.success(request, _("Đã ghi nhận ý kiến của đơn vị."))
    return redirect("proposal", pk)


@login_required
@require_POST
def reply(request, pk: int):
    actor = viewer(request, "define")
    told = get_object_or_404(Opinion, pk=pk, proposal__state=Proposal.State.OPEN)
    if words := clean(request.POST.get("words", ""))[:1000]:
        definitions.reply(actor, pk, words)
        messages.success(request, _("Đã giải trình."))
    else:
        messages.error(request, _("Hãy ghi nội dung giải trình."))
    return redirect("proposal", told.proposal_id)


@login_required
@require_POST
def decide(request, pk: int):
    actor = viewer(request, "define")
    get_object_or_404(Proposal, pk=pk, state=Proposal.State.OPEN)
    form = DecisionForm(request.POST)
    if not form.is_valid():
        return _back(request, pk, form)
    work = definitions.adopt if form.cleaned_data["what"] == "adopt" else definitions.withdraw
    try:
        work(actor, pk, form.cleaned_data["words"])
    except definitions.NotYet as exc:
        messages.error(request, _("Chưa hết hạn lấy ý kiến.") if exc.args[0] == "term" else _(
            "Còn ý kiến khác chưa được giải trình."))
    except ValueError as exc:
        messages.error(request, str(exc))
    except LookupError as exc:
        raise Http404 from exc
    else:
        messages.success(request, _("Đã kết luận."))
    return redirect("proposal", pk)


def _back(request, pk: int, form):
    for bound in form:
        for fault in bound.errors:
            messages.error(request, f"{bound.label}: {fault}")
    return redirect("proposal", pk)


@login_required
def own(request):
    """An indicator that the unit keeps for itself."""
    actor = viewer(request, "define_own")
    form = OwnForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        facts = {name: getattr(value, "pk", value) for name, value in form.cleaned_data.items()}
        try:
            made = definitions.make_own(actor, facts)
        except ValueError as exc:
            form.add_error(None, str(exc))
        else:
            messages.success(request, _("Đã lập. Chỉ số có trong mục Số liệu phải gửi của đơn vị."))
            return redirect("indicator", made.code)
    return render(request, "indicators/own_indicator.html", {"form": form, "nav_current": "data"})
