"""Pages of targets, sets and checks for analysts: what holds, a new one, a change with its preview, its history."""

from typing import Any, NamedTuple

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from hcmc_ioc.lib.words import Words
from indicators import upkeep
from indicators.definition_forms import ReasonForm
from indicators.definition_views import seal
from indicators.models import Check, Target, ValueSet
from indicators.sharing_views import viewer
from indicators.upkeep_forms import CheckForm, RuleForm, SetForm, TargetForm


class Room(NamedTuple):
    model: Any
    form: type[RuleForm]
    title: Words
    new: Words


ROOMS = {
    "targets": Room(Target, TargetForm, gettext_lazy("Chỉ tiêu"), gettext_lazy("Chỉ tiêu mới")),
    "value_sets": Room(ValueSet, SetForm, gettext_lazy("Biểu"), gettext_lazy("Biểu mới")),
    "checks": Room(Check, CheckForm, gettext_lazy("Kiểm tra số liệu"), gettext_lazy("Kiểm tra mới")),
}


@login_required
def rules(request, room: str):
    """What holds now or will hold, then what has ended."""
    viewer(request, "define")
    rows = ROOMS[room].model.objects.all()
    if room != "value_sets":
        rows = rows.select_related("indicator")
    if room == "targets":
        rows = rows.select_related("unit")
    today = timezone.localdate()
    rows = sorted(rows, key=lambda row: (str(getattr(row, "indicator", None) or ""), str(row), row.begins))
    context = {"room": room, "rooms": ROOMS, "today": today, "nav_current": "data",
               "standing": [row for row in rows if row.ends is None or row.ends >= today],
               "ended": [row for row in rows if row.ends is not None and row.ends < today]}
    return render(request, "indicators/rules.html", context)


@login_required
def rule(request, room: str, pk: int | None = None):
    """One row: typed, previewed, then kept with its reason; its history."""
    actor, chosen = viewer(request, "define"), ROOMS[room]
    known = get_object_or_404(chosen.model, pk=pk) if pk else None
    form = chosen.form(request.POST if request.method == "POST" else None, known)
    sealed = seal({name: request.POST.getlist(form.add_prefix(name)) for name in form.fields})
    context: dict[str, Any] = {"room": room, "rooms": ROOMS, "known": known, "form": form, "seal": sealed,
                               "history": upkeep.history(known) if known else [], "nav_current": "data"}
    if request.method == "POST" and form.is_valid():
        is_sent = request.POST.get("send") and request.POST.get("seal") == sealed
        reason = ReasonForm(request.POST if is_sent else None, asks_units=False)
        if is_sent and reason.is_valid() and form.differences:
            row = upkeep.keep(actor, form, reason.cleaned_data["reason"])
            messages.success(request, _("Đã lưu."))
            return redirect(f"{room}_one", row.pk)
        context |= {"reason_form": reason, "differences": form.differences, "is_in_place": form.is_in_place,
                    "preview": upkeep.preview(form), "states": upkeep.STATES}
    return render(request, "indicators/rule_form.html", context)
