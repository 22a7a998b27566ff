"""The JSON addresses under /api/v1/ for taking calls. All but the outlines are for those who may take calls (403 else).

A refusal is 400 with `{"errors": {field: [messages]}}`; a thing that is not there, or is somebody else's, is 404.
"""

import json
from dataclasses import asdict

from django.conf import settings
from django.core.exceptions import ValidationError
from django.http import Http404
from django.utils import timezone
from django.utils.cache import patch_cache_control
from django.utils.dateparse import parse_datetime
from rest_framework.decorators import api_view, parser_classes, permission_classes
from rest_framework.exceptions import ParseError
from rest_framework.parsers import JSONParser
from rest_framework.permissions import BasePermission
from rest_framework.response import Response

from districts import geo, streets
from feedback import access, actions, callers, drafts, duplicates, intake, suggestions
from feedback.fields import check_past
from feedback.lives import Actor
from feedback.models import Draft, Ticket
from feedback.receipts import receipt
from feedback.rulebook import rulebook
from feedback.workflow import IllegalMove
from hcmc_ioc.lib.phones import parse_phone, spoken

OUTLINE_CELLS = 9  # hexagons of about 0.1 km²: streets apart, 30 KB compressed for the city


class TakesCalls(BasePermission):
    def has_permission(self, request, view):
        return access.may(request.user, "intake")


class ObjectParser(JSONParser):
    """A JSON object whose texts can be stored; anything else is 400."""

    def parse(self, *args, **more):
        given = super().parse(*args, **more)
        if not isinstance(given, dict):
            raise ParseError("a JSON object is expected")
        try:
            json.dumps(given, ensure_ascii=False).encode()
        except UnicodeEncodeError as broken:
            raise ParseError("half of a character (a lone surrogate) in the text") from broken
        return given


def for_operators(*methods):
    def decorate(view):
        return api_view(methods)(permission_classes([TakesCalls])(parser_classes([ObjectParser])(view)))

    return decorate


def refused(**errors) -> Response:
    return Response({"errors": {name: [str(message)] for name, message in errors.items()}}, status=400)


@api_view(["GET"])
def outlines(request):
    """The outlines of the areas in force, as GeoJSON."""
    answer = Response(geo.feature_collection(settings.MAP, OUTLINE_CELLS))
    patch_cache_control(answer, private=True, max_age=86400)
    return answer


@for_operators("POST")
def caller(request):
    """`{phone}` in any shape → `phone` (E.164), `spoken`, `year`, `open`, `names` (masked), `tickets`."""
    try:
        phone = parse_phone(_text(request, "phone")[:40])
    except ValueError as exc:
        return refused(phone=exc)
    if not phone:
        return Response({"phone": "", "tickets": []})
    known = callers.by_phone(request.user, phone, timezone.now())
    return Response({"phone": phone, "spoken": spoken(phone), "year": known.year, "open": known.open,
                     "names": known.names, "tickets": [_row(ticket) for ticket in known.tickets]})


@for_operators("POST")
def categories(request):
    """`{text}` → the likeliest categories, each with the `words` that say so."""
    found = suggestions.suggest(_text(request, "text"), rulebook().categories.values())
    return Response([{"id": s.category.pk, "code": s.category.code, "name": s.category.name, "words": s.words}
                     for s in found])


@for_operators("GET")
def places(request):
    """`?q=` → streets, landmarks, wards and districts: `label`, `kind`, `unit_code`, `lat`, `lon`."""
    return Response([asdict(hint) for hint in streets.suggest_places(request.GET.get("q", ""))])


@for_operators("GET")
def locate(request):
    """`?lat=&lon=` → `unit_code` and `near_border`; 400 outside the city."""
    try:
        found = geo.check_point(request.GET.get("lat"), request.GET.get("lon"))
    except geo.BadPoint as bad:
        return refused(place=bad)
    return Response({"unit_code": found.unit_code, "near_border": found.near_border})


@for_operators("POST")
def preview(request):
    """`{category, area, urgency, needs_several, unit, at}` → where it would go, until when, and why."""
    given = request.data
    try:
        at = _moment(given.get("at"))
        check_past(at)
    except ValidationError as wrong:
        return refused(at=wrong.message)
    told = intake.preview(
        category_id=_number(given.get("category")), area_id=_number(given.get("area")),
        urgency=str(given.get("urgency", "")), needs_several=str(given.get("needs_several", "")),
        unit_id=_number(given.get("unit")), now=at or timezone.now(),
    )
    if told is None:
        return refused(category=intake.CategoryChoice.default_error_messages["invalid_choice"])
    answer = vars(told) | {
        "unit": {"id": told.unit.pk, "code": told.unit.code, "name": told.unit.display_name} if told.unit else None,
        "coordinating": [{"id": u.pk, "code": u.code, "name": u.display_name} for u in told.coordinating],
    }
    return Response(answer)


@for_operators("POST")
def likely_duplicates(request):
    """`{text, lat, lon, category}`, or `{text, address, area, category}` → open tickets that may be about the same,
    with `score` and `metres` (null: the same street)."""
    given, point = request.data, {}
    if given.get("lat") or given.get("lon"):
        try:
            geo.check_point(given.get("lat"), given.get("lon"))
        except geo.BadPoint as bad:
            return refused(place=bad)
        point = {"lat": float(given["lat"]), "lon": float(given["lon"])}
    found = duplicates.find(
        user=request.user, text=_text(request, "text"), now=timezone.now(), address=_text(request, "address")[:300],
        area_id=_number(given.get("area")), category_id=_number(given.get("category")), **point,
    )
    return Response([_row(likely.ticket) | {"score": round(likely.score, 3), "metres": likely.metres}
                     for likely in found])


@for_operators("GET")
def draft_list(request):
    return Response([{"token": d.token, "updated_at": d.updated_at, "line": d.line, "fields": d.values}
                     for d in drafts.of(request.user)])


@for_operators("PUT", "DELETE")
def draft(request, token):
    """PUT `{fields}` keeps a draft under a token that the client chose; DELETE drops it."""
    if request.method == "DELETE":
        if not drafts.discard(owner=request.user, token=token):
            raise Http404
        return Response(status=204)
    fields = request.data.get("fields")
    if not isinstance(fields, dict):
        return refused(fields="fields: {name: value}")
    try:
        kept = drafts.save(owner=request.user, token=token, fields=fields)
    except Draft.DoesNotExist as exc:
        raise Http404 from exc
    except drafts.TooLarge:
        return refused(fields=intake.TOO_LARGE)
    return Response({"token": kept.token, "updated_at": kept.updated_at})


@for_operators("POST")
def tickets(request):
    """The fields of the console's form, with `request_id` → 201 and the receipt. Sent twice, it is opened once."""
    form = intake.IntakeForm(_as_typed(request))
    if not form.is_valid():
        return Response({"errors": form.errors}, status=400)
    actor = Actor("api", request.user, form.cleaned_data["request_id"])
    try:
        ticket = intake.record(form, actor=actor)
    except IllegalMove as illegal:
        return refused(__all__=illegal)
    return Response(receipt(ticket), status=201)


@for_operators("POST")
def join(request, code):
    """`{name, phone, request_id}`: another citizen reports the same thing → the receipt of the ticket."""
    ticket = access.ticket_for(request.user, code, "join")
    form = intake.ReporterForm(_as_typed(request))
    if not form.is_valid():
        return Response({"errors": form.errors}, status=400)
    request_id = form.cleaned_data.pop("request_id")
    try:
        actions.join(actor=Actor("api", request.user, request_id), ticket_id=ticket.pk, reporter=form.cleaned_data)
    except IllegalMove as illegal:
        return refused(__all__=illegal)
    return Response(receipt(ticket))


def _row(ticket: Ticket) -> dict:
    return {"code": ticket.code, "title": ticket.title, "state": ticket.state, "state_label": ticket.state_label,
            "unit": ticket.unit.display_name, "occurred_at": ticket.occurred_at, "due_at": ticket.due_at,
            "reporters": ticket.reporter_count}


def _as_typed(request) -> dict:
    """The fields as a form of a page would send them: texts."""
    return {name: "" if value is None else str(value) for name, value in request.data.items()}


def _text(request, name: str) -> str:
    return str(request.data.get(name, ""))[:10_000]


def _number(value) -> int | None:
    text = str(value or "")
    return int(text) if text.isdecimal() and len(text) < 18 else None


def _moment(value):
    try:
        found = parse_datetime(str(value)) if value else None
    except ValueError:
        return None
    return timezone.make_aware(found) if found and timezone.is_naive(found) else found
