"""Pages of maturity: every unit's level, one unit's answers beside an independent look, the assessment itself."""

from typing import Any

from django import forms
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST

from accounts.requests import acting
from coordination.centres import access, connection, maturity, registry
from coordination.centres.forms import day_field
from coordination.centres.views import NAV, first_fault, unit_of
from coordination.models import Assessment, Criterion, MaturityTarget


class AssessmentForm(forms.Form):
    """A criterion each, met or not, with its evidence; what is measured is not asked."""

    def __init__(self, *args, criteria: list[Criterion], said: dict[int, maturity.Said], **kwargs) -> None:
        super().__init__(*args, **kwargs)
        self.asked = [one for one in criteria if not one.measured]
        for one in self.asked:
            known = said.get(one.pk)
            self.fields[f"met_{one.pk}"] = forms.BooleanField(
                label=f"{one.level}. {one.name}", required=False, initial=known.is_met if known else False)
            self.fields[f"evidence_{one.pk}"] = forms.CharField(
                label=gettext_lazy("Căn cứ"), required=False, max_length=500, initial=known.evidence if known else "")

    def given(self) -> dict[int, tuple[bool, str]]:
        found = self.cleaned_data
        return {one.pk: (found[f"met_{one.pk}"], found[f"evidence_{one.pk}"]) for one in self.asked}

    def demand_evidence(self) -> None:
        """What is met needs something that shows it."""
        for pk, (is_met, evidence) in self.given().items():
            if is_met and not evidence.strip():
                self.add_error(f"evidence_{pk}", gettext_lazy("Tiêu chí đã đạt cần căn cứ."))


class TargetForm(forms.ModelForm):
    class Meta:
        model = MaturityTarget
        fields = ["level", "by"]
        widgets = {"by": day_field()}


@login_required
def levels(request):
    """Every unit's levels; answers and evidence are on a unit's own page alone."""
    actor, today = acting(request), timezone.localdate()
    if not access.may_see_levels(actor):
        raise Http404
    chosen = maturity.scale(today)
    rows = maturity.standings(registry.units(), today)
    context = {"rows": rows, "scale": chosen, "levels": list(chosen.levels.all()) if chosen else [],
               "open": {row.unit.pk for row in rows if access.may_read(actor, row.unit)}} | NAV
    return render(request, "coordination/centres/levels.html", context)


@login_required
def unit_maturity(request, slug: str):
    """One unit: its own answers, an independent look, what the platform measures, the way to its target."""
    actor, now = acting(request), timezone.now()
    unit, today = unit_of(actor, slug), timezone.localdate(now)
    chosen = maturity.scale(today)
    standing, = maturity.standings([unit], today)
    context: dict[str, Any] = {"unit": unit, "scale": chosen, "standing": standing, "today": today} | NAV
    if chosen:
        criteria = list(chosen.criteria.all())
        own, other = maturity.answers(standing.own), maturity.answers(standing.other)
        now_measured = maturity.computed(criteria, connection.measure([unit.pk], now)[unit.pk])
        met = {pk for pk, one in ((other or own) | now_measured).items() if one.is_met}
        wanted = standing.target.level if standing.target else (standing.level or 0) + 1
        reached = maturity.levels(criteria, met)
        context |= {
            "rows": maturity.compared(chosen, own, other), "measured": now_measured,
            "dimensions": [(one.label, reached.get(one, 0)) for one in Criterion.Dimension],
            "gaps": maturity.lacking(criteria, met, wanted), "wanted": wanted}
    context |= {
        "history": Assessment.objects.filter(unit=unit, submitted_at__isnull=False).select_related("user", "scale"),
        "targets": MaturityTarget.objects.filter(unit=unit), "kinds": [
            (kind, kind.label) for kind in Assessment.Kind if access.may_assess(actor, unit, kind)],
        "target_form": TargetForm() if access.may_plan(actor) else None}
    return render(request, "coordination/centres/maturity.html", context)


@login_required
def assess(request, slug: str, kind: str):
    """Answer the criteria: kept as a draft, or submitted for good."""
    actor, now = acting(request), timezone.now()
    unit, chosen = unit_of(actor, slug), maturity.scale(timezone.localdate(now))
    if chosen is None or kind not in Assessment.Kind.values or not access.may_assess(actor, unit, kind):
        raise Http404
    criteria = list(chosen.criteria.all())
    draft = Assessment.objects.filter(unit=unit, kind=kind, submitted_at=None).first()
    said = maturity.answers(draft or maturity.newest(unit, kind))
    seen = connection.measure([unit.pk], now)[unit.pk]
    form = AssessmentForm(request.POST or None, criteria=criteria, said=said)
    if request.method == "POST" and form.is_valid():
        submit = request.POST.get("act") == "submit"
        if submit:
            if not access.may_submit(actor, unit, kind):
                raise Http404
            form.demand_evidence()
        if form.is_valid():
            maturity.save(actor, unit, kind, form.given(), seen, submit=submit, now=now)
            messages.success(request, _("Đã nộp đánh giá.") if submit else _("Đã lưu nháp."))
            return redirect("unit_maturity", slug)
    context = {"unit": unit, "form": form, "kind": Assessment.Kind(kind).label, "measured": [
        (one, maturity.computed([one], seen)[one.pk]) for one in criteria if one.measured],
        "may_submit": access.may_submit(actor, unit, kind)} | NAV
    return render(request, "coordination/centres/assess.html", context, status=422 if form.errors else 200)


@login_required
@require_POST
def target(request, slug: str):
    actor = acting(request)
    unit = unit_of(actor, slug)
    if not access.may_plan(actor):
        raise Http404
    form = TargetForm(request.POST)
    if form.is_valid():
        maturity.aim(actor, unit, form.cleaned_data["level"], form.cleaned_data["by"])
        messages.success(request, _("Đã ghi mục tiêu."))
    else:
        messages.error(request, first_fault(form))
    return redirect("unit_maturity", slug)
