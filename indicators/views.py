"""Pages of numbers: what there is (`/du-lieu/`), one indicator, what a unit owes, and the sheet that a clerk fills."""

import json

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.db.models import Prefetch, prefetch_related_objects
from django.http import Http404, JsonResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.template.loader import render_to_string
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from accounts.actors import Actor
from districts.models import Unit
from hcmc_ioc.lib import words
from hcmc_ioc.lib.caching import ttl_cache
from indicators import (
    access,
    board,
    entry,
    judged_pages,
    judging,
    pages,
    receipts,
    saying,
    sharing,
    sheets,
    totals,
    typed,
    uses,
)
from indicators.models import Indicator, Issue, Target, ValueSet
from indicators.sharing_views import asked_by_unit
from live import topics

PERIODS_BACK = 3  # of what is owed
MOST_CELLS = 500  # in one saving


@login_required
def catalogue(request):
    actor, text = _viewer(request), request.GET.get("q", "")[:80]
    version = topics.versions([totals.TOPIC])[totals.TOPIC]
    about = version, board.stamp(), timezone.localdate(), get_language(), access.seen_by(actor), text
    context = {"rows": _catalogue_rows(about, actor, text), "text": text, "live_topics": totals.TOPIC}
    template = "indicators/catalogue_rows.html" if request.htmx else "indicators/catalogue.html"
    return render(request, template, context)


@ttl_cache(seconds=10, maxsize=64, key=lambda about, *_rest: about)
def _catalogue_rows(about: tuple, actor: Actor, text: str) -> str:
    """Drawn once for all who see the same."""
    return render_to_string("indicators/catalogue_groups.html", pages.catalogue(actor, text))


@login_required
def one_indicator(request, indicator: str):
    actor = _viewer(request)
    known = Indicator.objects.select_related("field", "owner", "set_item__value_set")
    chosen = get_object_or_404(known, code=indicator)
    is_file, asked = request.GET.get("tep") == "xlsx", request.GET.get("ky", "")
    seen = sharing.read(actor, chosen, sharing.Way.FILE if is_file else sharing.Way.PAGE)
    if is_file:
        context = pages.indicator(_whole(chosen), asked, timezone.now(), sees=seen)
        return sheets.answer(context, request.user, timezone.now())
    version = topics.versions([totals.TOPIC])[totals.TOPIC]
    personal = {"is_subscribed": sharing.is_subscribed(request.user, chosen),
                "may_subscribe": access.may(actor, "subscribe"), **asked_by_unit(actor, chosen, seen=seen)}
    about = (chosen.pk, asked, seen, pages.change_of(chosen, version), timezone.localdate(), get_language(),
             personal["is_subscribed"])
    context = _drawn(about, chosen, asked, seen) | personal | {
        "indicator": chosen, "topic": totals.TOPIC, "version_of_topic": version, "nav_current": "data", "sees": seen,
        "live_topics": totals.TOPIC, "may_define": access.may(actor, "define")}
    return render(request, "indicators/indicator.html", context)


@ttl_cache(seconds=10, maxsize=64, key=lambda about, *_rest: about)
def _drawn(about: tuple, chosen: Indicator, asked: str, seen: bool) -> dict:
    """What the page needs of the figures, these drawn once for all who see them; who uses it is at most ten seconds
    old."""
    context = pages.indicator(_whole(chosen), asked, timezone.now(), sees=seen)
    context["unsettled"] = Issue.objects.filter(indicator=chosen, state__in=Issue.UNSETTLED).count()
    if seen:
        context["judgement"] = judged_pages.context(judging.of(chosen))
    figures = render_to_string("indicators/indicator_figures.html", context) if context["answer"] else ""
    told = {name: context[name] for name in ("version", "versions", "answer", "choices")}
    return told | {"figures": figures, "uses": uses.of(chosen)}


def _whole(chosen: Indicator) -> Indicator:
    """With its definitions and targets."""
    prefetch_related_objects([chosen], "versions", Prefetch("targets", Target.objects.order_by("begins")))
    return chosen


@login_required
def owed_list(request):
    """What the person's unit owes, the most urgent first."""
    actor = _viewer(request)
    unit = _own_unit(actor)
    now = timezone.now()
    found = entry.owing(unit, PERIODS_BACK, now)
    context = {"unit": unit, "open": [one for one in found if not one.is_complete or one.waiting],
               "done": [one for one in found if one.is_complete and not one.waiting], "now": now}
    return render(request, "indicators/owed.html", context)


@login_required
def sheet(request, value_set: str, slug: str, period: str):
    actor, found = sheet_of(request, value_set, slug, period)
    if request.method == "POST":
        return _approved(request, actor, found)
    topic = totals.topic_of(found.unit)
    context = {
        "sheet": found, "now": timezone.now(), "may_key": entry.may_key(actor, found.value_set, found.unit),
        "may_approve": access.may_for(actor, "approve", found.unit.pk), "nav_current": "owed",
        "topic": topic, "version": topics.versions([topic])[topic], "live_topics": topic,
        "readers": uses.readers([cell.indicator for cell in found.cells]), "receipt": receipts.of(found),
    }
    template = "indicators/sheet_part.html" if request.GET.get("part") else "indicators/sheet.html"
    return render(request, template, context)


def _approved(request, actor: Actor, found: entry.Sheet):
    seen = {int(name[2:]): int(value) for name, value in request.POST.items()
            if name.startswith("r-") and name[2:].isdecimal() and value.isdecimal()}
    try:
        count = entry.approve(actor, found.value_set, found.unit, found.period, seen)
    except PermissionError as exc:
        raise Http404 from exc
    messages.success(request, _("Đã duyệt %(n)s ô.") % {"n": words.number(count)})
    return redirect(request.path)


@login_required
@require_POST
def save_cells(request, value_set: str, slug: str, period: str):
    """Cells as JSON: `{"cells": [{"indicator", "revision", "texts": {part: text}, "flag", "note"}]}`."""
    actor, found = sheet_of(request, value_set, slug, period)
    if not entry.may_key(actor, found.value_set, found.unit):
        raise Http404
    try:
        changes = [_change(one) for one in json.loads(request.body)["cells"][:MOST_CELLS]]
    except (ValueError, KeyError, TypeError, AttributeError):
        return JsonResponse({"said": _("Yêu cầu không đọc được.")}, status=400)
    if not changes:
        return JsonResponse({"said": _("Yêu cầu không đọc được.")}, status=400)
    try:
        entry.save(actor, found.value_set, found.unit, found.period, changes)
    except PermissionError as exc:
        raise Http404 from exc
    except entry.Refused as exc:
        return JsonResponse({"faults": exc.faults}, status=422)
    except entry.Conflict as exc:
        return JsonResponse({"cells": [_told(exc.cell)], "said": _conflict(exc.cell)}, status=409)
    changed = {change.indicator_id for change in changes}
    fresh = entry.sheet(found.value_set, found.unit, found.period)
    return JsonResponse({"cells": [_told(cell) for cell in fresh.cells if cell.indicator.pk in changed],
                         "left": saying.left(fresh)})


def _change(given: dict) -> entry.Change:
    texts = {str(name): str(text)[:400] for name, text in given.get("texts", {}).items()}
    flag = str(given.get("flag", ""))
    if flag not in ("", "missing", "cannot_exist", "withdrawn"):
        raise ValueError(flag)
    revision = given.get("revision")
    return entry.Change(int(given["indicator"]), texts, flag, str(given.get("note", ""))[:500],
                        None if revision is None else int(revision))


def _told(cell: entry.SheetCell) -> dict:
    """A cell as the page shows it after saving."""
    return {
        "indicator": cell.indicator.pk, "revision": cell.revision, "flag": cell.flag, "note": cell.note,
        "texts": {part: typed.shown(getattr(cell.parts, part)) for part in entry.PARTS},
        "result": saying.measured(cell.indicator, cell.number) if cell.version.in_parts and cell.is_there else "",
        "working": cell.working, "said": saying.saved(cell), "odd": saying.odd(cell),
    }


def _conflict(cell: entry.SheetCell) -> str:
    return _("%(who)s vừa lưu ô này lúc %(time)s; số của người đó được giữ. Nhập lại nếu cần thay.") % {
        "who": cell.saved_by, "time": f"{timezone.localtime(cell.value.at):%H:%M}" if cell.value else ""}


def sheet_of(request, code: str, slug: str, period: str) -> tuple[Actor, entry.Sheet]:
    actor = _viewer(request)
    unit = get_object_or_404(Unit, slug=slug)
    chosen_set = get_object_or_404(ValueSet, code=code)
    if not access.sees_sheets_of(actor, unit.pk):
        raise Http404
    try:
        chosen = pages.period_of(chosen_set.period_kind, period)
    except ValueError as exc:
        raise Http404 from exc
    if not entry.is_owed(chosen_set, unit, chosen, timezone.now()):
        raise Http404
    return actor, entry.sheet(chosen_set, unit, chosen)


def _viewer(request) -> Actor:
    actor = Actor.person(request.user)
    if not access.may(actor, "view"):
        raise Http404
    return actor


def _own_unit(actor: Actor) -> Unit:
    if actor.own_unit_id is None or not access.may_for(actor, "key", actor.own_unit_id):
        raise Http404
    return Unit.objects.get(pk=actor.own_unit_id)


