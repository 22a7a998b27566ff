"""Pages of signals: what needs attention, the rules of alerts with their replay."""

from datetime import timedelta

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.db.models import Count, Q, QuerySet
from django.http import Http404
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST

from accounts.actors import Actor
from accounts.requests import acting
from indicators.models import Indicator
from live import topics as live_topics
from signals import access, attention, replaying
from signals.forms import RuleForm, SilenceForm
from signals.models import AlertRule, Silence
from signals.topics import ATTENTION, changed

REMEMBERED = timedelta(days=365)  # silences that are over
SHOWN = 20

def reader(request, verb: str = "read") -> Actor:
    """Who asks; 404 for whoever may not."""
    actor = acting(request)
    if not access.may(actor, verb):
        raise Http404
    return actor


def piece(actor: Actor, place: str = "overview") -> dict:
    """What `signals/attention_part.html` draws for this person: the first seven matters on the overview, all on their
    own page; {} for whoever has no business with them."""
    if not access.may(actor, "read"):
        return {}
    now = timezone.now()
    version = live_topics.versions([ATTENTION])[ATTENTION]
    found = attention.of(actor, now, most=attention.MOST if place == "overview" else attention.ALL)
    return {"attention": found, "place": place, "topic": ATTENTION, "version": version,
            "may_acknowledge": access.may(actor, "acknowledge")}


@never_cache
@login_required
def needed(request):
    """All that needs attention; looking at it makes nothing of it new."""
    actor = reader(request)
    if asked := request.GET.get("part"):
        return render(request, "signals/attention_part.html", piece(actor, "overview" if asked == "1" else "attention"))
    context = piece(actor, "attention")
    attention.looked(actor, context["attention"], timezone.now())
    people = attention.may_be_asked() if access.may(actor, "acknowledge") else []
    context |= {"people": people, "standing": context["attention"].rows if people else [],
                "live_topics": ATTENTION, "nav_current": "overview"}
    return render(request, "signals/attention.html", context)


@login_required
@require_POST
def acknowledge(request):
    """The person knows of one matter."""
    actor = reader(request, "acknowledge")
    if not attention.acknowledge(actor, request.POST.get("key", "")[:80], timezone.now()):
        messages.info(request, _("Việc này không còn."))
    return redirect("overview" if request.POST.get("from") == "overview" else "attention")


@login_required
@require_POST
def ask(request):
    """Ask somebody to look at one matter."""
    actor = reader(request, "acknowledge")
    chosen = request.POST.get("viewer", "")
    viewer = next((one for one in attention.may_be_asked() if str(one.pk) == chosen), None)
    if viewer is None or not attention.ask(actor, request.POST.get("key", "")[:80], viewer, timezone.now()):
        messages.error(request, _("Hãy chọn người xem cho một việc đang có."))
    else:
        messages.success(request, _("Đã giao %(who)s xem.") % {"who": viewer})
    return redirect("attention")


def _rules() -> QuerySet[AlertRule]:
    """Rules over figures that everybody may see: an indicator that was closed to others takes its rules along."""
    found = AlertRule.objects.filter(indicator__access=Indicator.Access.OPEN)
    return found.select_related("indicator__set_item__value_set")


@login_required
def rules(request):
    """Every rule, at work or not; analysts add one."""
    actor = reader(request)
    form = RuleForm(request.POST or None) if access.may(actor, "define") else None
    if request.method == "POST":
        if form is None:
            raise Http404
        if form.is_valid():
            return redirect("alert_rule", code=form.save().code)
    found = _rules().annotate(standing=Count("alerts", filter=Q(alerts__ended="")))
    context = {"rules": [(rule, rule.standing) for rule in found], "form": form, "nav_current": "data"}
    return render(request, "signals/rules.html", context, status=422 if form and form.errors else 200)


@login_required
def rule(request, code: str):
    """One rule with what it would have done in the last 24 months; analysts change it while it does not work."""
    actor = reader(request)
    chosen = get_object_or_404(_rules(), code=code)
    may_define = access.may(actor, "define")
    form = RuleForm(request.POST or None, instance=chosen) if may_define and not chosen.is_active else None
    if request.method == "POST":
        if not may_define:
            raise Http404
        if form is None:
            messages.error(request, _("Quy tắc đang làm việc: hãy ngừng trước khi sửa."))
            return redirect("alert_rule", code=code)
        if form.is_valid():
            form.save()
            return redirect("alert_rule", code=chosen.code)
        chosen.refresh_from_db()
    context = {"rule": chosen, "form": form, "replay": replaying.replay(chosen, timezone.now()),
               "may_define": may_define, "alerts": list(chosen.alerts.filter(ended="").select_related("unit")),
               "silences": _silences(chosen), "today": timezone.localdate(),
               "silence_form": SilenceForm() if may_define else None, "nav_current": "data"}
    return render(request, "signals/rule.html", context, status=422 if form and form.errors else 200)


def _silences(rule: AlertRule) -> list[Silence]:
    """Those in force, and what was set and ended lately."""
    lately = timezone.localdate() - REMEMBERED
    found = rule.silences.filter(until__gte=lately).select_related("unit", "user", "ended_by")
    return list(found.order_by("-at")[:SHOWN])


@login_required
@require_POST
def activate(request, code: str):
    """Let a rule work after its replay, or stop it (`off`)."""
    actor = reader(request, "define")
    chosen = get_object_or_404(_rules(), code=code)
    if request.POST.get("off"):
        replaying.stop(actor, chosen)
        messages.success(request, _("Quy tắc đã ngừng."))
    else:
        found = replaying.activate(actor, chosen, timezone.now())
        told = _("Quy tắc bắt đầu làm việc; trong 24 tháng qua nó sẽ báo %(n)s lần.") % {"n": found.count}
        messages.success(request, told)
    return redirect("alert_rule", code=code)


@login_required
@require_POST
def silence(request, code: str):
    """Nobody is told of the rule for a while."""
    actor = reader(request, "define")
    chosen = get_object_or_404(_rules(), code=code)
    form = SilenceForm(request.POST)
    if form.is_valid() and actor.user is not None:
        made = form.save(commit=False)
        made.rule, made.user, made.at = chosen, actor.user, timezone.now()
        made.save()
        changed()
        messages.success(request, _("Đã tạm ngừng báo."))
    else:
        faults = [str(fault) for errors in form.errors.values() for fault in errors]
        messages.error(request, faults[0] if faults else _("Cần ngày và lý do."))
    return redirect("alert_rule", code=code)


@login_required
@require_POST
def end_silence(request, code: str, pk: int):
    """From here on people are told again; who ended the silence stays written."""
    actor = reader(request, "define")
    chosen = get_object_or_404(_rules(), code=code)
    standing = chosen.silences.in_force(timezone.localdate()).filter(pk=pk)
    if actor.user and standing.update(ended_at=timezone.now(), ended_by=actor.user):
        changed()
        messages.success(request, _("Quy tắc báo lại từ bây giờ."))
    else:
        messages.info(request, _("Lần tạm ngừng này đã hết."))
    return redirect("alert_rule", code=code)
