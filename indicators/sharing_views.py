"""Pages of sharing: asking for restricted figures and answering, who read them, subscriptions, notices, and figures
that nobody delivers."""

from typing import NamedTuple

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.db.models import QuerySet
from django.http import Http404
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from accounts.actors import Actor
from accounts.actors import Kind as ActorKind
from accounts.models import Client
from accounts.roles import Role
from indicators import access, notices, pages, sharing, wanted
from indicators.models import AccessRequest, DataRequest, DataSet, GrantedReading, Indicator
from indicators.models.catalogue import Access
from indicators.sharing_forms import AnswerForData, AnswerToSee, AskForData, AskToSee, EndOfGrant

SHOWN = 100


def viewer(request, verb: str = "view") -> Actor:
    """The person who asks, if they may do this somewhere; else the page is not there."""
    actor = Actor.person(request.user)
    if not access.may(actor, verb):
        raise Http404
    return actor


class Page(NamedTuple):
    """Some rows of a list, the newest first; `next` is the number before which the following ones lie."""

    rows: list
    next: int | None
    is_first: bool


def page_of(request, rows: QuerySet, name: str = "before") -> Page:
    """Those before the number that the address names; `rows` are in the order of their numbers, the latest first."""
    before = request.GET.get(name, "")
    place = int(before) if before.isascii() and before.isdecimal() and len(before) < 19 else None
    found = list((rows if place is None else rows.filter(pk__lt=place))[: SHOWN + 1])
    return Page(found[:SHOWN], found[SHOWN - 1].pk if len(found) > SHOWN else None, place is None)


# Restricted indicators


@login_required
@require_POST
def ask_to_see(request, indicator: str):
    return asked_to_see(request, get_object_or_404(Indicator, code=indicator))


def asked_to_see(request, chosen: access.Shared):
    """The person asks, for their unit, to see an indicator or a data set."""
    actor = viewer(request, "ask")
    if not access.may_ask_to_see(actor, chosen):
        raise Http404
    form = AskToSee(request.POST)
    if not form.is_valid():
        say_faults(request, form)
        return redirect(chosen)
    try:
        sharing.ask(actor, chosen, form.cleaned_data["purpose"], form.cleaned_data["until"])
        messages.success(request, _("Đã gửi đề nghị. Khi có trả lời, bạn sẽ nhận thông báo."))
    except sharing.AlreadyAsked:
        messages.warning(request, _("Đơn vị đã có một đề nghị đang chờ trả lời."))
    return redirect(chosen)


@login_required
def shared(request):
    """What was asked of whom and answered, and who read what: for the owner, the asking unit, administrators."""
    actor = viewer(request, "audit")
    asked = _concerning(actor).select_related("indicator", "data_set", "unit", "asked_by", "answered_by")
    rows, readings = page_of(request, asked), page_of(request, _readings(actor), "read_before")
    clients = {row.actor_ref for row in readings.rows if row.actor_kind == ActorKind.CLIENT}
    names = {str(pk): name for pk, name in Client.objects.filter(pk__in=clients).values_list("pk", "name")}
    today = timezone.localdate()
    is_open = asked.filter(state=AccessRequest.State.OPEN)
    context = {
        "waiting": [(row, AnswerToSee(initial={"until": row.until}, prefix=f"a{row.pk}"))
                    for row in is_open if access.may_share(actor, row.shared)],
        "rows": [(row, access.may_share(actor, row.shared) and _is_in_force(row, today)) for row in rows.rows],
        "readings": [(row, str(row.user) if row.user else names.get(row.actor_ref, "")) for row in readings.rows],
        "pages": rows, "pages_of_readings": readings,
        "end_form": EndOfGrant(), "today": today, "nav_current": "data", "reads_shown": _may_see_readings(actor),
    }
    return render(request, "indicators/shared.html", context)


def _is_in_force(row: AccessRequest, today) -> bool:
    return row.state == AccessRequest.State.AGREED and row.granted_until is not None and row.granted_until >= today


def _concerning(actor: Actor):
    rows = AccessRequest.objects.order_by("-pk")
    if actor.role in (Role.ADMINISTRATOR, Role.ANALYST):
        return rows
    return rows.filter(unit=actor.own_unit_id) | rows.owned_by(actor.scope or [])


def _readings(actor: Actor):
    shared = ("grant__indicator", "grant__data_set", "grant__unit", "user")
    rows = GrantedReading.objects.select_related(*shared).order_by("-pk")
    if actor.role == Role.ADMINISTRATOR:
        return rows
    if actor.role == Role.ANALYST:
        return rows.filter(grant__data_set=None, grant__indicator__owner=None)
    return rows.filter(grant__in=AccessRequest.objects.owned_by(actor.scope or []))


def _may_see_readings(actor: Actor) -> bool:
    """The owner's people, and those who answer or watch for the city."""
    owned = {"owner__in": actor.scope or [], "access": Access.RESTRICTED}
    return actor.role in (Role.ADMINISTRATOR, Role.ANALYST) or any(
        model.objects.filter(**owned).exists() for model in (Indicator, DataSet))


@login_required
@require_POST
def answer_to_see(request, pk: int):
    actor = viewer(request, "share")
    form = AnswerToSee(request.POST, prefix=f"a{pk}")
    _must_answer(actor, pk)
    if not form.is_valid():
        say_faults(request, form)
        return redirect("sharing")
    given = form.cleaned_data
    _done(sharing.answer, actor, pk, until=given["until"] if given["agree"] == "yes" else None, reason=given["reason"])
    messages.success(request, _("Đã trả lời đề nghị."))
    return redirect("sharing")


@login_required
@require_POST
def end_grant(request, pk: int):
    actor = viewer(request, "share")
    form = EndOfGrant(request.POST)
    _must_answer(actor, pk)
    if not form.is_valid():
        say_faults(request, form)
        return redirect("sharing")
    _done(sharing.end, actor, pk, reason=form.cleaned_data["reason"])
    messages.success(request, _("Đã thôi chia sẻ."))
    return redirect("sharing")


def _must_answer(actor: Actor, pk: int) -> None:
    asked = get_object_or_404(AccessRequest.objects.select_related("indicator", "data_set"), pk=pk)
    if not access.may_share(actor, asked.shared):
        raise Http404


def _done(work, *args, **given) -> None:
    try:
        work(*args, **given)
    except (LookupError, PermissionError) as exc:
        raise Http404 from exc


def say_faults(request, form) -> None:
    for field in form:
        for fault in field.errors:
            messages.error(request, f"{field.label}: {fault}")


def asked_by_unit(actor: Actor, chosen: access.Shared, *, seen: bool) -> dict:
    """What the page of something restricted says of asking to see it: what was asked, the grant, the form."""
    if not access.may_ask_to_see(actor, chosen):
        return {}
    asked = AccessRequest.objects.about(chosen).filter(unit=actor.own_unit_id).order_by("-pk").first()
    may_ask = not seen and (asked is None or asked.state != AccessRequest.State.OPEN)
    return {"asked": asked, "grant": access.grant_of(actor, chosen), "ask_form": AskToSee() if may_ask else None}


# Subscriptions and notices


@login_required
@require_POST
def subscribe(request, indicator: str):
    """Subscribe, or with `off` no longer."""
    viewer(request, "subscribe")
    chosen = get_object_or_404(Indicator, code=indicator)
    if request.POST.get("off"):
        sharing.unsubscribe(request.user, chosen)
        messages.success(request, _("Đã thôi theo dõi chỉ số này."))
    else:
        sharing.subscribe(request.user, chosen)
        messages.success(request, _("Đang theo dõi: có kỳ mới, số sửa hoặc định nghĩa mới sẽ báo ở mục Thông báo."))
    return redirect("indicator", indicator=chosen.code)


@login_required
def notice_list(request):
    """The person's notices; opening the list marks them as read."""
    viewer(request)
    found = notices.mine(request.user)
    notices.read(request.user)
    return render(request, "indicators/notices.html", {"notices": found})


@login_required
def bell(request):
    """The bell alone, for pages that follow it."""
    return render(request, "_bell.html")


# Figures that nobody delivers


@login_required
def data_requests(request):
    """What units asked for; who asks anew first sees what there is."""
    actor = viewer(request)
    may_ask = access.may(actor, "ask")
    form = AskForData(request.POST or None, initial={"words": request.GET.get("q", "")[:80]})
    found = pages.matching(actor, (request.POST.get("words") or request.GET.get("q", ""))[:200])
    if request.method == "POST":
        if not may_ask:
            raise Http404
        if form.is_valid() and (request.POST.get("sure") or not any(found.values())):
            wanted.ask(actor, form.cleaned_data["words"], form.cleaned_data["purpose"])
            messages.success(request, _("Đã ghi nhận đề nghị; các đơn vị khác có thể cùng đề nghị."))
            return redirect("data_requests")
    context = {"requests": wanted.requests(), "voted": wanted.voted(actor.own_unit_id), "found": found,
               "text": request.GET.get("q", "")[:80], "form": form, "may_ask": may_ask, "nav_current": "data",
               "may_answer": (may_answer := access.may(actor, "answer")),
               "choices": AnswerForData().choices() if may_answer else []}
    return render(request, "indicators/data_requests.html", context)


@login_required
@require_POST
def vote(request, pk: int):
    actor = viewer(request, "ask")
    asked = get_object_or_404(DataRequest, pk=pk, state=DataRequest.State.OPEN)
    if wanted.vote(actor, asked):
        messages.success(request, _("Đã ghi nhận: đơn vị bạn cùng cần số liệu này."))
    return redirect("data_requests")


@login_required
@require_POST
def answer_for_data(request, pk: int):
    actor = viewer(request, "answer")
    asked = get_object_or_404(DataRequest, pk=pk, state=DataRequest.State.OPEN)
    form = AnswerForData(request.POST)
    if form.is_valid():
        wanted.answer(actor, asked.pk, form.cleaned_data["indicator"], form.cleaned_data["answer"])
        messages.success(request, _("Đã trả lời đề nghị."))
    else:
        say_faults(request, form)
    return redirect("data_requests")
