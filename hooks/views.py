"""The webhooks of a connected system, for administrators: what arrives, what does not, and sending it again."""

from datetime import timedelta

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.db.models import Case, Count, IntegerField, Q, Value, When
from django.http import Http404
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST

from accounts.models import Client
from accounts.roles import Role
from feedback.rules.workflow import MOVES
from hcmc_ioc.lib.words import Words
from hooks import hooks
from hooks.models import LEFT, TEST, Delivery, Hook
from hooks.posting import ERRORS

SHOWN = 30  # deliveries of a hook
DAY = timedelta(days=1)
OTHERS: dict[str, Words] = {LEFT: gettext_lazy("Không còn thuộc đơn vị"), TEST: gettext_lazy("Gửi thử")}


def _administrator(request) -> None:
    if request.user.role != Role.ADMINISTRATOR:
        raise Http404


@never_cache
@login_required
def client_hooks(request, pk: int):
    """The hooks of a client with their latest deliveries, failures first."""
    _administrator(request)
    return _page(request, get_object_or_404(Client.objects.select_related("unit"), pk=pk))


def _page(request, client: Client, fresh: tuple[Hook, str] | None = None):
    rows = Hook.objects.filter(client=client).order_by("-is_active", "pk")
    now = timezone.now()
    context = {
        "client": client, "nav_current": "administration", "hooks": [_shown(hook, now) for hook in rows],
        "fresh": fresh, "is_off": client.revoked_at is not None or bool(client.expires_at and client.expires_at <= now),
    }
    return render(request, "hooks/client_hooks.html", context)


def _shown(hook: Hook, now) -> dict:
    mine = Delivery.objects.filter(hook=hook)
    counts = mine.aggregate(
        waiting=Count("pk", filter=Q(state=Delivery.State.WAITING)),
        dead=Count("pk", filter=Q(state=Delivery.State.DEAD)),
        today=Count("pk", filter=Q(state=Delivery.State.DELIVERED, done_at__gte=now - DAY)),
    )
    failing = Q(state=Delivery.State.WAITING, tries__gt=0)
    rank = Case(When(state=Delivery.State.DEAD, then=Value(0)), When(failing, then=Value(1)), default=Value(2),
                output_field=IntegerField())
    rows = mine.select_related("ticket").annotate(rank=rank).order_by("rank", "-pk")
    verbs = [_verb(verb) for verb in hook.verbs]
    both = len(hook.secrets(now)) > 1
    return {"hook": hook, "verbs": verbs, "old_until": hook.old_until if both else None,
            "deliveries": [(row, _verb(row.verb), ERRORS.get(row.error, "")) for row in rows[:SHOWN]], **counts}


def _verb(verb: str) -> Words:
    return OTHERS[verb] if verb in OTHERS else MOVES[verb].done if verb in MOVES else verb


@login_required
@require_POST
def hook_switch(request, pk: int):
    """Off, or on again; `to` says which, so that two administrators at once do not undo each other."""
    hook = _hook(request, pk)
    if request.POST.get("to") == "on":
        hooks.resume(hook)
        messages.success(request, _("Đã bật lại. Những gì đang chờ được gửi ngay."))
    else:
        hooks.end(hook, Hook.Ended.PERSON)
        messages.success(request, _("Đã tắt webhook. Không gửi gì đến đó nữa."))
    return redirect("client_hooks", hook.client_id)


@never_cache
@login_required
@require_POST
def hook_rotate(request, pk: int):
    """A new secret, shown once; the old one serves beside it for a while."""
    hook = _hook(request, pk)
    secret = hooks.rotate(hook)
    return _page(request, hook.client, (hook, secret))


@login_required
@require_POST
def hook_replay(request, pk: int):
    """One delivery by its number, or all that were given up."""
    hook = _hook(request, pk)
    rows = Delivery.objects.filter(hook=hook)
    number = request.POST.get("delivery", "")
    if number:
        rows = rows.filter(pk=int(number) if number.isascii() and number.isdecimal() and len(number) < 19 else 0)
    else:
        rows = rows.filter(state=Delivery.State.DEAD)
    count = hooks.replay(rows)
    told = ngettext("Đang gửi lại %(count)s thông báo.", "Đang gửi lại %(count)s thông báo.", count)
    messages.success(request, told % {"count": count})
    return redirect("client_hooks", hook.client_id)


def _hook(request, pk: int) -> Hook:
    _administrator(request)
    return get_object_or_404(Hook.objects.select_related("client__unit"), pk=pk)
