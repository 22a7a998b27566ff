"""Pages of centres: the registry, one unit's centre, the roll-out of a year and its plan."""

from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from accounts.actors import Actor
from accounts.requests import acting
from accounts.roles import UNIT
from coordination import changes
from coordination.centres import access, connection, registry, rollout
from coordination.centres.forms import CentreForm, MilestoneForm, RolloutForm, StatusForm, StepForm
from coordination.models import Centre, CentreStatus, Change, Milestone, Rollout, Status, Step
from districts.models import Unit

NAV = {"nav_current": "centres"}


def planner(request) -> Actor:
    """Who keeps the plan; 404 for others."""
    actor = acting(request)
    if not access.may_plan(actor):
        raise Http404
    return actor


def own_page(actor: Actor) -> str:
    """Where somebody of a unit is sent from pages of all; 404 for whoever has no business here."""
    own = Unit.objects.filter(pk=actor.own_unit_id or 0).first() if actor.role in UNIT else None
    if own is None:
        raise Http404
    return reverse("centre", args=[own.slug])


def unit_of(actor: Actor, slug: str) -> Unit:
    """A unit that works now and whose centre this person may see; 404 for any other."""
    unit = get_object_or_404(Unit.objects.in_force(), slug=slug)
    if not access.may_read(actor, unit) or not (unit.is_area or unit.is_organisation):
        raise Http404
    return unit


@login_required
def centres(request):
    """Every centre: what is said, what is seen, where both differ."""
    actor = acting(request)
    if not access.may_read_all(actor):
        return redirect(own_page(actor))
    rows = registry.board(registry.units(), timezone.now())
    counted = {state: sum(row.status == state for row in rows) for state in Status}
    seen = {state: sum(row.connection.state == state for row in rows) for state in connection.State}
    context = {
        "rows": rows, "statuses": [(state.label, counted[state]) for state in Status],
        "states": [(connection.NAMES[state], connection.TONES[state], seen[state]) for state in connection.State],
        "odd": [row for row in rows if row.contradictions], "leases": [row for row in rows if row.lease],
        "may_plan": access.may_plan(actor)} | NAV
    return render(request, "coordination/centres/centres.html", context)


@login_required
def centre(request, slug: str):
    """One unit's centre, what is seen of it, its next step."""
    actor, now = acting(request), timezone.now()
    unit = unit_of(actor, slug)
    today = timezone.localdate(now)
    row, = registry.board([unit], now)
    plan, line = rollout.current(today), None
    if plan:
        found = rollout.board(plan, [unit], today, connection.setting().pace_days, {unit.pk: row.connection})
        line = found.lines[0]
    may_edit = access.may_edit(actor, unit)
    history = CentreStatus.objects.filter(centre__unit=unit).select_related("user")
    context = {
        "row": row, "unit": unit, "plan": plan, "line": line, "today": today, "history": history,
        "changes": changes.of(Change.About.CENTRE, unit.pk, 20), "may_edit": may_edit,
        "may_read_all": access.may_read_all(actor),
        "status_form": StatusForm(initial={"status": row.status, "since": today}) if may_edit else None} | NAV
    return render(request, "coordination/centres/centre.html", context)


@login_required
def edit(request, slug: str):
    """What the unit declares of its centre."""
    actor = acting(request)
    unit = unit_of(actor, slug)
    if not access.may_edit(actor, unit):
        raise Http404
    form = CentreForm(request.POST or None, instance=Centre.objects.filter(unit=unit).first() or Centre(unit=unit))
    if request.method == "POST" and form.is_valid():
        registry.declare(actor, unit, form)
        messages.success(request, _("Đã lưu hồ sơ trung tâm."))
        return redirect("centre", slug)
    context = {"unit": unit, "form": form} | NAV
    return render(request, "coordination/centres/edit.html", context, status=422 if form.errors else 200)


@login_required
@require_POST
def status(request, slug: str):
    """From which day the centre is how far."""
    actor = acting(request)
    unit = unit_of(actor, slug)
    if not access.may_edit(actor, unit):
        raise Http404
    form = StatusForm(request.POST)
    if form.is_valid():
        given = form.cleaned_data
        registry.set_status(actor, unit, given["status"], given["since"], given["basis"])
        messages.success(request, _("Đã ghi trạng thái."))
    else:
        messages.error(request, first_fault(form))
    return redirect("centre", slug)


def first_fault(form) -> str:
    return next((str(fault) for faults in form.errors.values() for fault in faults), _("Chưa lưu được."))


@login_required
def step(request, slug: str, code: str):
    """What a unit says of one milestone of the year."""
    actor, today = acting(request), timezone.localdate()
    unit, plan = unit_of(actor, slug), rollout.current(today)
    milestone = get_object_or_404(Milestone, rollout=plan, code=code)
    if not access.may_edit(actor, unit):
        raise Http404
    kept = Step.objects.filter(milestone=milestone, unit=unit).first()
    form = StepForm(request.POST or None, instance=kept, may_plan=access.may_plan(actor))
    if request.method == "POST" and form.is_valid():
        rollout.keep_step(actor, milestone, unit, form.cleaned_data)
        messages.success(request, _("Đã ghi mốc “%(name)s”.") % {"name": milestone.name})
        return redirect("centre", slug)
    context = {"unit": unit, "milestone": milestone, "form": form} | NAV
    return render(request, "coordination/centres/step.html", context, status=422 if form.errors else 200)


@login_required
def board(request):
    """The roll-out of the year: every unit at every milestone."""
    actor, now = acting(request), timezone.now()
    if not access.may_read_all(actor):
        return redirect(own_page(actor))
    today, units = timezone.localdate(now), registry.units()
    asked = request.GET.get("nam", "")
    plan = Rollout.objects.filter(year=asked).first() if asked.isascii() and asked.isdigit() and len(asked) == 4 else (
        rollout.current(today))
    context: dict[str, Any] = {"plan": plan, "may_plan": access.may_plan(actor), "years": Rollout.objects.values_list(
        "year", flat=True), "form": RolloutForm(initial={"year": today.year}) if access.may_plan(actor) else None} | NAV
    if plan:
        measured = connection.measure([unit.pk for unit in units], now)
        found = rollout.board(plan, units, today, connection.setting().pace_days, measured)
        context |= {"board": found, "map": rollout.tile_map(found, lambda unit: reverse("centre", args=[unit.slug]))}
    return render(request, "coordination/centres/rollout.html", context)


@login_required
def plan(request, year: int):
    """The milestones of a year, for the department alone."""
    actor = planner(request)
    chosen = get_object_or_404(Rollout, year=year)
    code = request.GET.get("moc", "")
    kept = Milestone.objects.filter(rollout=chosen, code=code).first() if code.isprintable() else None
    form = MilestoneForm(request.POST or None, instance=kept or Milestone(rollout=chosen))
    if request.method == "POST" and form.is_valid():
        rollout.keep_milestone(actor, form)
        messages.success(request, _("Đã lưu mốc."))
        return redirect("rollout_plan", year)
    context = {"plan": chosen, "milestones": chosen.milestones.all(), "form": form, "kept": kept} | NAV
    return render(request, "coordination/centres/plan.html", context, status=422 if form.errors else 200)


@login_required
@require_POST
def new_plan(request):
    """A plan for another year, with the milestones of the newest one."""
    actor = planner(request)
    form = RolloutForm(request.POST)
    if form.is_valid():
        made = rollout.begin(actor, form)
        return redirect("rollout_plan", made.year)
    messages.error(request, first_fault(form))
    return redirect("rollout")
