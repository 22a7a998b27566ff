"""The operator's console: one form, helped while it is typed, saved by Ctrl+Enter; works as a plain form too."""

import json
from uuid import UUID

from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST

from accounts import keys
from accounts.actors import Actor
from accounts.requests import acting, fresh_id
from districts import geo, streets
from districts.models import Unit
from feedback import access, actions
from feedback.console import callers, drafts, duplicates, suggestions
from feedback.console.intake import TOO_LARGE, IntakeForm, ReporterForm, preview, record
from feedback.console.receipts import receipt
from feedback.models import Draft, Ticket
from feedback.rules.rulebook import rulebook
from feedback.rules.workflow import IllegalMove
from hcmc_ioc.lib.phones import parse_phone
from hcmc_ioc.lib.text import spoken_code, vn_norm

OFFERED = 8
ENOUGH = 12  # characters from which words can tell duplicates


def takes_calls(view):
    """Only for those who take calls: everybody else who is signed in gets 403."""

    @never_cache
    @login_required
    def guarded(request, *args, **more):
        if not access.may(Actor.person(request.user), "open"):
            raise PermissionDenied
        return view(request, *args, **more)

    return guarded


@takes_calls
def intake(request):
    if request.method == "POST":
        return _save(request)
    kept = drafts.of(request.user)
    draft = _asked_draft(request, kept)
    form = IntakeForm(acting(request), initial=_blank() | (draft.values if draft else {}))
    if draft:
        form.initial |= {"draft": draft.token, "request_id": fresh_id()}
    others = [d for d in kept if d is not draft]
    context = {"form": form, "restored": draft, "drafts": others, "joined": request.GET.get("joined")}
    return render(request, "feedback/console/intake.html", context | _receipt(request) | _place_facts())


def _receipt(request) -> dict:
    """Of the call just `saved`, or of the one `before`, when the next has begun."""
    code = request.GET.get("saved") or request.GET.get("before")
    if not code:
        return {}
    ticket = access.ticket_for(acting(request), code)
    return {"receipt": receipt(ticket), "is_past": not request.GET.get("saved")}


def _blank() -> dict:
    channels = rulebook().channels.values()
    phone = next((channel.pk for channel in channels if channel.code == "phone" and channel.is_active), None)
    return {"draft": fresh_id(), "request_id": fresh_id(), "channel": phone}


def _asked_draft(request, kept):
    """The draft asked for; else, on a fresh start, the newest of this shift: what a crash left behind."""
    token = request.GET.get("draft")
    if token:
        draft = next((draft for draft in kept if str(draft.token) == token), None)
        if draft is None:
            raise Http404
        return draft
    fresh_start = not request.GET.get("saved") and not request.GET.get("new")
    return kept[0] if fresh_start and kept and drafts.is_fresh(kept[0]) else None


def _place_facts() -> dict:
    options = {"outlines": reverse("outlines"), "centre": settings.CITY["centre"], "zoom": 11,
               "tiles": settings.MAP_TILES_URL}
    return {"map_options": json.dumps(options)}


def _save(request):
    actor = acting(request)
    form = IntakeForm(actor, request.POST)
    try:
        if (earlier := keys.answer(actor)) is not None:
            return _saved(request, Ticket.objects.get(pk=earlier["ticket"]))
        if form.is_valid():
            return _saved(request, record(form, actor=actor))
    except IllegalMove as illegal:
        form.add_error(None, str(illegal))
    except keys.KeyReused as reused:
        return _reused(request, form, reused)
    return _form_again(request, form)


def _saved(request, ticket: Ticket, more: str = ""):
    return _on(request, f"{reverse('intake')}?saved={ticket.code}{more}")


def _reused(request, form: IntakeForm, reused: keys.KeyReused):
    """The form was sent before with other words: that report stands, this one is not saved yet; both are said."""
    form.is_valid()
    form.data = form.data.copy()
    form.data["request_id"] = fresh_id()
    code = Ticket.objects.only("code").get(pk=reused.result["ticket"]).code
    form.add_error(None, _("Lần gửi trước đã được lưu thành phiếu %(code)s với nội dung khác. Nếu đây là một phản ánh "
                           "mới, bấm Lưu phiếu lần nữa.") % {"code": spoken_code(code)})
    return _form_again(request, form, status=422 if request.htmx else 409)


def _form_again(request, form: IntakeForm, status: int = 422):
    template = "feedback/console/intake_form.html" if request.htmx else "feedback/console/intake.html"
    return render(request, template, {"form": form} | _place_facts(), status=status)


def _on(request, address: str):
    """To `address`, also out of an htmx request."""
    if request.htmx:
        return HttpResponse(status=204, headers={"HX-Redirect": address})
    return redirect(address)


@takes_calls
@require_POST
def join(request):
    """The caller reports what somebody has reported already: they are added to it, and nothing new is opened."""
    actor, who = acting(request), ReporterForm(request.POST)
    form = IntakeForm(actor, request.POST)
    try:
        if (earlier := keys.answer(actor)) is not None:
            return _saved(request, Ticket.objects.get(pk=earlier["ticket"]), "&joined=1")
        ticket = Ticket.objects.visible_to(actor).filter(pk=_number(request.POST.get("join", ""))).first()
        if ticket is None:
            raise Http404
        if who.is_valid():
            reporter = {name: who.cleaned_data[name] for name in ("name", "phone")}
            actions.join(actor=actor, ticket_id=ticket.pk, reporter=reporter)
            drafts.discard(owner=request.user, token=_token(request.POST.get("draft")))
            return _saved(request, ticket, "&joined=1")
    except IllegalMove as illegal:
        who.add_error("phone", str(illegal))
    except keys.KeyReused as reused:
        return _reused(request, form, reused)
    form._errors = who.errors
    return _form_again(request, form)


def _token(text) -> UUID | None:
    try:
        return UUID(str(text))
    except ValueError:
        return None


# Pieces that help while one types. They decide nothing: saving asks everything again.


@takes_calls
@require_POST
def caller(request):
    """What is known of the number typed so far."""
    context = {}
    try:
        phone = parse_phone(request.POST.get("phone", "")[:40])
        context["caller"] = callers.by_phone(acting(request), phone, timezone.now()) if phone else None
    except ValueError as exc:
        context["message"] = str(exc)
    return render(request, "feedback/console/caller.html", context)


@takes_calls
def category_options(request):
    """Categories for what was typed, without regard to diacritics; all of them for nothing typed."""
    typed = vn_norm(request.GET.get("category_words", ""))[:80]
    book = rulebook()
    rows = [c for c in book.categories.values() if c.parent_id and c.is_active and c.parent.is_active]
    rows.sort(key=lambda c: (c.parent.position, c.position))
    ranked = [(rank, row) for row in rows if (rank := _rank(typed, row)) is not None]
    options = [row for _rank, row in sorted(ranked, key=lambda pair: pair[0])]
    return render(request, "feedback/console/category_options.html", {"options": options[:12] if typed else options})


def _rank(typed: str, category) -> int | None:
    """How well `typed` fits: 0 as it stands in name or keywords, 1 as beginnings of words of the name, 2 of any."""
    name = vn_norm(f"{category.name_vi} {category.name_en}").replace(",", " ")
    known = f"{name} {vn_norm(category.keywords)} {vn_norm(category.parent.name_vi)}".replace(",", " ")
    if f" {typed}" in f" {' '.join(known.split())}":
        return 0
    for rank, text in ((1, name), (2, known)):
        if all(any(part.startswith(word) for part in text.split()) for word in typed.split()):
            return rank
    return None


@takes_calls
def place_options(request):
    """Places of the gazetteer for what was typed."""
    hints = streets.suggest_places(request.GET.get("address", ""), OFFERED)
    areas = {unit.code: unit for unit in Unit.objects.in_force().areas()}
    options = [(hint, areas.get(hint.unit_code)) for hint in hints]
    return render(request, "feedback/console/place_options.html", {"options": options})


@takes_calls
@require_POST
def assist(request):
    """Everything that follows from the form as it stands: suggestions, unit and deadline, place, duplicates."""
    now, post = timezone.now(), request.POST
    place = located(post.get("lat", ""), post.get("lon", ""))
    body = post.get("body", "")[:10_000]
    category_id = _number(post.get("category", ""))
    area_id = _number(post.get("area", "")) or (place["area"].pk if place.get("area") else None)
    context = {
        "place": place,
        "suggestions": suggestions.suggest(body, rulebook().categories.values()) if not category_id else [],
        "preview": preview(category_id=category_id, area_id=area_id, urgency=post.get("urgency", ""),
                           needs_several=post.get("needs_several", ""), unit_id=_number(post.get("unit", "")), now=now),
        "duplicates": [],
    }
    if category_id or len(body) >= ENOUGH:
        context["duplicates"] = duplicates.find(
            actor=acting(request), text=body, now=now, lat=place.get("lat"), lon=place.get("lon"),
            address=post.get("address", "")[:300], area_id=area_id, category_id=category_id,
        )
    return render(request, "feedback/console/assist.html", context)


def located(lat: str, lon: str) -> dict:
    """`{}` without a point; else `message`, or `lat`, `lon`, `area` (a Unit or None) and `near_border`."""
    if not lat and not lon:
        return {}
    try:
        place = geo.check_point(lat, lon)
    except geo.BadPoint as bad:
        return {"message": str(bad)}
    area = Unit.objects.in_force().areas().filter(code=place.unit_code).first() if place.unit_code else None
    return {"lat": float(lat), "lon": float(lon), "area": area, "near_border": place.near_border}


def _number(text: str) -> int | None:
    return int(text) if text.isdecimal() and len(text) < 18 else None


@takes_calls
@require_http_methods(["PUT"])
def keep_draft(request, token):
    """`{"fields": {name: value}}` is kept under a token that the page chose; 400 with what is wrong, 404 when it is
    somebody else's."""
    try:
        fields = json.loads(request.body)["fields"]
        kept = drafts.save(owner=request.user, token=token, fields=fields)
    except drafts.TooLarge:
        return JsonResponse({"errors": {"fields": [str(TOO_LARGE)]}}, status=400)
    except Draft.DoesNotExist as exc:
        raise Http404 from exc
    except (ValueError, KeyError, TypeError, RecursionError):
        return JsonResponse({"errors": {"fields": ["fields: {name: value}"]}}, status=400)
    return JsonResponse({"token": str(kept.token), "updated_at": kept.updated_at.isoformat()})


@takes_calls
@require_POST
def drop_draft(request, token):
    if not drafts.discard(owner=request.user, token=token):
        raise Http404
    messages.info(request, _("Đã xóa bản nháp."))
    return redirect(f"{reverse('intake')}?new=1")
