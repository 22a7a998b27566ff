"""Pages of the duty room: incidents (`/su-co/`), one of them, its situation report and CAP, the duty log (`/truc/`)."""

from datetime import timedelta

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST

from accounts.actors import Actor
from accounts.keys import KeyReused
from accounts.requests import acting, fresh_id
from coordination.directives import subjects
from coordination.incidents import access, actions, duty, levels, situation
from coordination.incidents.forms import (
    HandOverForm,
    LevelForm,
    NoteForm,
    OpeningForm,
    ReviewForm,
    SeverityForm,
)
from coordination.machines.directives import Illegal
from coordination.models import CityLevel, DutyLine, Incident, IncidentStep
from feedback.models import Ticket
from live import topics as live_topics

SHOWN, LINES = 25, 200


def reader(request) -> Actor:
    """Who asks; 404 for whoever has no business with incidents."""
    actor = acting(request)
    if not access.may_read(actor):
        raise Http404
    return actor


def runner(request) -> Actor:
    actor = reader(request)
    if not access.may_run(actor):
        raise Http404
    return actor


@never_cache
@login_required
def incidents(request):
    """Open ones first, the newest first."""
    actor = reader(request)
    found = access.readable(actor).select_related("lead", "area")
    open_ = list(found.filter(closed_at=None).order_by("-severity", "-opened_at"))
    page = Paginator(found.exclude(closed_at=None).order_by("-opened_at"), SHOWN).get_page(request.GET.get("trang"))
    context = {"open": open_, "page": page, "runs": access.may_run(actor), "live_topics": actions.ALL,
               "nav_current": "incidents"} | _level(actor)
    return render(request, "coordination/incidents/incidents.html", context)


def _level(actor: Actor) -> dict:
    standing = levels.now()
    offered = [level for level in CityLevel.objects.filter(number__gt=1) if access.may_set(actor, level)]
    form = LevelForm(levels=CityLevel.objects.filter(pk__in=[level.pk for level in offered])) if offered else None
    return {"standing": standing, "level_form": form,
            "may_end": standing and standing.change and access.may_set(actor, standing.level)}


@login_required
def new(request):
    """Opened by hand, or from a signal, a report, a list of reports (`ve`)."""
    actor = runner(request)
    subject = subjects.find(actor, request.GET.get("ve", ""))
    first = {"title": subject.words[:200], "lead": next(iter(subject.lead), None)} if subject else {}
    form = OpeningForm(request.POST or None, initial=first)
    if request.method == "POST" and form.is_valid():
        given = dict(form.cleaned_data)
        source = {"words": subject.words, "url": subject.url} if subject else {}
        tickets = subject.tickets if subject else ()
        try:
            made = actions.open_incident(actor, actions.Opening(**given, source=source, tickets=tickets))
        except KeyReused as exc:
            messages.warning(request, _("Biểu mẫu này đã gửi trước đó; nội dung sửa sau chưa được gửi."))
            return redirect("incident", pk=exc.result["incident"])
        messages.success(request, _("Đã mở %(code)s.") % {"code": made.code})
        return redirect("incident", pk=made.pk)
    context = {"form": form, "subject": subject, "request_id": fresh_id(), "nav_current": "incidents"}
    return render(request, "coordination/incidents/new.html", context, status=422 if form.errors else 200)


@never_cache
@login_required
def incident(request, pk: int):
    actor = reader(request)
    return _page(request, actor, _one(actor, pk))


def _one(actor: Actor, pk: int) -> Incident:
    known = access.readable(actor).select_related("lead", "area", "playbook", "opened_by", "closed_by")
    return get_object_or_404(known, pk=pk)


def _page(request, actor: Actor, chosen: Incident, *, status: int = 200, **forms):
    now, topic = timezone.now(), f"{actions.TOPIC}:{chosen.pk}"
    found = situation.of(chosen, now)
    lines = list(chosen.lines.select_related("user").order_by("-at", "-pk")[:LINES])
    batches = list(chosen.joined.order_by("batch").values_list("batch", flat=True).distinct())
    seen = Ticket.objects.visible_to(actor)  # a unit that takes part does not see what others answer for
    runs, writes = access.may_run(actor) and chosen.closed_at is None, access.may_write(actor, chosen)
    context = {
        "incident": chosen, "situation": found, "lines": lines, "now": now, "batches": batches, "runs": runs,
        "nearby": _nearby(chosen),
        "steps": [(step, situation.is_done(step), access.may_tick(actor, step)) for step in found.steps],
        "tickets": chosen.joined.filter(ticket__in=seen).select_related("ticket").order_by("-pk")[:10],
        "topic": topic, "live_topics": topic,
        "note_form": forms.get("note_form") or (NoteForm(auto_id="note_%s") if writes else None),
        "review_form": forms.get("review_form") or (ReviewForm(auto_id="review_%s") if runs else None),
        "severity_form": SeverityForm(initial={"severity": chosen.severity, "on_wall": chosen.on_wall},
                                      auto_id="severity_%s") if runs else None,
        "version": live_topics.versions([topic])[topic], "nav_current": "incidents"}
    name = "incident_part" if request.GET.get("part") else "incident"
    return render(request, f"coordination/incidents/{name}.html", context, status=status)


def _nearby(chosen: Incident) -> str:
    """The list of open reports in its area since the day before: what probably belongs to it."""
    if chosen.area is None:
        return ""
    since = timezone.localdate(chosen.opened_at - timedelta(days=1))
    return urlencode({"state": "open", "area": str(chosen.area.pk), "received_from": since.isoformat()})


@login_required
def report(request, pk: int):
    """The situation report, as of now: to be read aloud, printed, sent."""
    actor = reader(request)
    now = timezone.now()
    context = {"situation": situation.of(_one(actor, pk), now), "now": now, "nav_current": "incidents"}
    return render(request, "coordination/incidents/report.html", context)


@login_required
def cap(request, pk: int):
    """CAP 1.2."""
    chosen = _one(reader(request), pk)
    address = request.build_absolute_uri(reverse("incident", args=[chosen.pk]))
    return HttpResponse(situation.cap(chosen, timezone.now(), address), content_type="application/cap+xml")


@login_required
@require_POST
def act(request, pk: int, deed: str):
    """One deed: note, tick, join, part, severity, close."""
    actor = reader(request)
    chosen = _one(actor, pk)
    if deed not in _DEEDS:
        raise Http404
    try:
        again = _DEEDS[deed](request, actor, chosen)
    except PermissionDenied as exc:
        raise Http404 from exc
    except Illegal as exc:
        messages.error(request, str(exc))
        again = None
    return again or redirect("incident", pk=pk)


def _note(request, actor: Actor, chosen: Incident):
    form = NoteForm(request.POST, auto_id="note_%s")
    if not form.is_valid():
        return _page(request, actor, chosen, note_form=form, status=422)
    actions.note(actor, chosen.pk, form.cleaned_data["text"])
    return None


def _tick(request, actor: Actor, chosen: Incident):
    step = get_object_or_404(IncidentStep, incident=chosen, pk=_number(request.POST.get("step")))
    actions.tick(actor, step.pk)


def _join(request, actor: Actor, chosen: Incident):
    given = request.POST.get("ve", "").strip()[:2000]
    try:
        subject = subjects.find(actor, given if ":" in given else f"phan-anh:{given}")
    except Http404 as exc:
        raise Illegal(_("Không có phản ánh nào như vậy.")) from exc
    count = actions.join(actor, chosen.pk, subject.tickets if subject else ())
    messages.success(request, _("Đã gộp %(n)s phản ánh.") % {"n": count})


def _part(request, actor: Actor, chosen: Incident):
    count = actions.part(actor, chosen.pk, _number(request.POST.get("batch")))
    messages.success(request, _("Đã bỏ gộp %(n)s phản ánh.") % {"n": count})


def _severity(request, actor: Actor, chosen: Incident):
    form = SeverityForm(request.POST)
    if form.is_valid():
        actions.set_severity(actor, chosen.pk, form.cleaned_data["severity"], on_wall=form.cleaned_data["on_wall"])


def _close(request, actor: Actor, chosen: Incident):
    form = ReviewForm(request.POST, auto_id="review_%s")
    if form.is_valid():
        try:
            actions.close(actor, chosen.pk, form.cleaned_data["review"])
            return None
        except Illegal as exc:
            form.add_error("review", str(exc))
    return _page(request, actor, chosen, review_form=form, status=422)


_DEEDS = {"ghi": _note, "xong-buoc": _tick, "gop": _join, "bo-gop": _part, "muc-do": _severity, "ket-thuc": _close}


def _number(text: str | None) -> int:
    return int(text) if text and text.isdecimal() and len(text) < 10 else 0


@login_required
@require_POST
def set_level(request):
    actor = runner(request)
    form = LevelForm(request.POST)
    try:
        if request.POST.get("ket-thuc"):
            levels.end_level(actor)
        elif form.is_valid():
            given = form.cleaned_data
            levels.set_level(actor, given["level"], given["until"], given["reason"])
        else:
            messages.error(request, next(str(fault) for faults in form.errors.values() for fault in faults))
            return redirect("incidents")
    except PermissionDenied as exc:
        raise Http404 from exc
    except Illegal as exc:
        messages.error(request, str(exc))
    return redirect("incidents")


@never_cache
@login_required
def duty_log(request):
    """Who is on duty, the hand-over, the log."""
    actor = runner(request)
    shift = duty.current()
    is_own = shift is not None and actor.user is not None and shift.user_id == actor.user.pk
    page = Paginator(DutyLine.objects.select_related("user"), 60).get_page(request.GET.get("trang"))
    context = {
        "shift": shift, "page": page, "note_form": NoteForm(auto_id="note_%s"), "is_own": is_own,
        "hand_form": HandOverForm(besides=actor.user) if is_own else None,
        "may_accept": shift is None or shift.offered_to_id == getattr(actor.user, "pk", None),
        "live_topics": duty.TOPIC, "nav_current": "incidents"}
    return render(request, "coordination/incidents/duty.html", context)


@login_required
@require_POST
def duty_act(request, deed: str):
    """note, hand over, accept."""
    actor = runner(request)
    form, note = HandOverForm(request.POST), NoteForm(request.POST)
    try:
        if deed == "ghi" and note.is_valid():
            duty.note(actor, note.cleaned_data["text"])
        elif deed == "ghi":
            messages.error(request, _("Chưa có nội dung."))
        elif deed == "nhan-ca":
            duty.accept(actor)
        elif deed == "ban-giao" and form.is_valid():
            duty.offer(actor, form.cleaned_data["to"], form.cleaned_data["summary"])
        elif deed == "ban-giao":
            messages.error(request, next(str(fault) for faults in form.errors.values() for fault in faults))
        else:
            raise Http404
    except PermissionDenied as exc:
        raise Http404 from exc
    except Illegal as exc:
        messages.error(request, str(exc))
    return redirect("duty")
