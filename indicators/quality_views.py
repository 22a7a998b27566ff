"""Pages of quality: the board of the four words (`/du-lieu/chat-luong/`), and what a unit has to answer for."""

from collections.abc import Collection
from datetime import datetime

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404
from django.shortcuts import get_object_or_404, redirect, render
from django.template.loader import render_to_string
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from accounts.actors import Actor
from districts.models import Unit
from hcmc_ioc.lib.caching import ttl_cache
from indicators import access, issues, keepers, quality_board, quality_sources, totals
from indicators.models import Issue, ValueSet
from live import topics


@login_required
def board(request):
    """Leaders see all units; a unit sees itself beside its peers."""
    actor = _viewer(request)
    version = topics.versions([totals.TOPIC])[totals.TOPIC]
    drawn = _board((version, get_language(), access.seen_by(actor), actor.own_unit_id), actor)
    return render(request, "indicators/quality.html", {"board": drawn, "live_topics": totals.TOPIC})


@ttl_cache(seconds=10, maxsize=64, key=lambda about, *_rest: about)
def _board(about: tuple, actor: Actor) -> str:
    """Drawn once for all of a unit who see the same; who keeps what is at most ten seconds old."""
    now = timezone.now()
    due = quality_board.due_last(now)
    rows = quality_board.board(due, now, _beside(actor, due))
    whole = quality_board.Words(None)
    for row in rows:
        whole.add(row)
    by_source = quality_sources.of_sources(due, whole, {row.unit.pk for row in rows if row.unit}, now)
    unnamed, left = _unkept(due, {row.unit.pk for row in rows if row.unit})
    linked = {row.unit.pk for row in rows if row.unit and access.sees_sheets_of(actor, row.unit.pk)}
    return render_to_string("indicators/quality_part.html", {
        "due": due, "rows": rows, "by_source": by_source, "whole": whole, "linked": linked,
        "own": actor.own_unit_id, "unnamed": len(unnamed), "left": left})


def _unkept(due: list[quality_board.Due], units: Collection[int]) -> tuple[dict, dict]:
    """The sets that nobody keeps now, by unit: nobody was named, and whoever was has left."""
    sets = {one.value_set.pk: one.value_set for one in due}
    unnamed: dict[int, list[ValueSet]] = {}
    left: dict[int, list[ValueSet]] = {}
    places = keepers.without((one.value_set.pk, unit) for one in due for unit in one.units if unit in units)
    for found, by_unit in zip(places, (unnamed, left), strict=True):
        for value_set, unit in sorted(found):
            by_unit.setdefault(unit, []).append(sets[value_set])
    return unnamed, left


def _beside(actor: Actor, due: list[quality_board.Due]) -> set[int] | None:
    """The units that the actor may compare: all, or those of the own kind."""
    if actor.scope is None:
        return None
    units = list(Unit.objects.filter(pk__in={pk for one in due for pk in one.units} | set(actor.scope)))
    groups = {unit.peer_group for unit in units if unit.pk in actor.scope}
    return {unit.pk for unit in units if unit.peer_group in groups}


@login_required
def of_unit(request, slug: str):
    actor, unit = _unit(request, slug)
    return render(request, "indicators/quality_unit.html", _context(actor, unit, timezone.now()))


def _context(actor: Actor, unit: Unit, now: datetime) -> dict:
    due = [one for one in quality_board.due_last(now) if unit.pk in one.units]
    found = quality_board.board(due, now, {unit.pk})
    return {
        "unit": unit, "now": now, "words": found[0] if found else quality_board.Words(unit),
        "unsettled": issues.of_unit(unit.pk, settled=False), "settled": issues.of_unit(unit.pk, settled=True),
        "failing": quality_board.failing(due, {unit.pk}), "missing": quality_board.missing(due, unit.pk),
        "stale": quality_board.stale(due, unit.pk, now), "may_answer": access.may_for(actor, "key", unit.pk),
        "unkept": [one for found in _unkept(due, {unit.pk}) for one in found.get(unit.pk, [])],
        "live_topics": totals.topic_of(unit),
    }


@login_required
@require_POST
def answer(request, slug: str, pk: int):
    """Acknowledge an issue, or confirm its values with a reason."""
    actor, unit = _unit(request, slug)
    chosen = get_object_or_404(Issue.objects.select_related("unit"), pk=pk, unit=unit)
    try:
        if request.POST.get("verb") == "confirm":
            done = issues.confirm(actor, chosen, request.POST.get("reason", ""))
            said = _("Đã xác nhận số liệu là đúng.")
        else:
            done, said = issues.acknowledge(actor, chosen), _("Đã nhận kiểm tra.")
    except PermissionError as exc:
        raise Http404 from exc
    except ValueError:
        messages.error(request, _("Hãy ghi vì sao số liệu là đúng."))
    else:
        messages.success(request, said if done else _("Vấn đề này đã được trả lời."))
    return redirect("quality_unit", unit.slug)


def _viewer(request) -> Actor:
    actor = Actor.person(request.user)
    if not access.may(actor, "view"):
        raise Http404
    return actor


def _unit(request, slug: str) -> tuple[Actor, Unit]:
    actor, unit = _viewer(request), get_object_or_404(Unit, slug=slug)
    if not access.sees_sheets_of(actor, unit.pk):
        raise Http404
    return actor, unit
