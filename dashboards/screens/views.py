"""Pages of figures: home, city overview, unit screen, the list behind a figure. Each is one URL in two sizes: the page,
or with `?part=` the live piece of it that open screens ask for again."""

from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache

from accounts.actors import Actor
from accounts.requests import acting
from accounts.roles import HOTLINE, Role
from dashboards.figures import units
from dashboards.screens import matrix, overview, parts, query, sheets
from dashboards.screens import unit as unit_screen
from dashboards.topics import CITY, of_unit
from districts.models import Unit
from feedback import access
from indicators import totals
from signals import attention
from signals import views as signal_views
from signals.topics import ATTENTION


@login_required
def home(request):
    """Everybody's first page is the one they work on."""
    actor, role = Actor.person(request.user), request.user.role
    if access.may(actor, "city_figures") and role not in HOTLINE:
        return redirect("overview")
    if role in HOTLINE:
        return redirect("intake" if role == Role.OPERATOR else "overview")
    if access.may(actor, "figures"):
        return redirect("inbox" if role == Role.UNIT_STAFF else "unit_screen", *_own_slug(request, role))
    if request.user.is_administrator:
        return redirect("administration")
    return render(request, "dashboards/no_screen.html")


def _own_slug(request, role) -> list[str]:
    return [] if role == Role.UNIT_STAFF else [request.user.membership.unit.slug]


@never_cache
@login_required
def city_overview(request):
    if not access.may(Actor.person(request.user), "city_figures"):
        raise Http404
    now = timezone.now()
    scope = units.city()
    chosen = query.period(request.GET, scope, now)
    if sheets.is_asked(request):
        found = overview.city(chosen.period, now)
        return sheets.answer(scope.name, sheets.city(found, chosen), chosen, request.user, now)
    if part := request.GET.get("part"):
        draw = parts.numbers_of_city if part == "numbers" else parts.city
        return HttpResponse(draw(request.path, chosen, now)[1])
    html, beside = (draw(request.path, chosen, now)[1] for draw in (parts.city, parts.numbers_of_city))
    actor = acting(request)
    context = {"query": chosen, "scope": scope, "part": html, "numbers": beside,
               "live_topics": f"{CITY},{totals.TOPIC},{ATTENTION}"}
    if needs := signal_views.piece(actor):
        context |= needs
        attention.looked(actor, needs["attention"], now)
    return render(request, "dashboards/overview.html", context)


@never_cache
@login_required
def fields_of_units(request):
    """Units × fields: who is slow in what."""
    if not access.may(Actor.person(request.user), "city_figures"):
        raise Http404
    now, scope = timezone.now(), units.city()
    chosen = query.period(request.GET, scope, now)
    found = matrix.matrix(chosen.period, now)
    if sheets.is_asked(request):
        what = _("Đúng hạn theo đơn vị và lĩnh vực")
        return sheets.answer(what, sheets.matrix(found), chosen, request.user, now)
    context = found | {"query": chosen, "scope": scope, "nav_current": "overview"}
    return render(request, "dashboards/matrix.html", context)


@never_cache
@login_required
def all_units(request):
    """Every unit with its figures of two periods; who works in one alone comes to its screen."""
    choice = _switchable(request.user)
    if not choice:
        raise Http404
    own = request.user.membership.unit
    if own in choice:
        return redirect("unit_screen", own.slug)
    now = timezone.now()
    chosen = query.period(request.GET, units.city(), now)
    shown = overview.all_units([unit for unit in choice if unit.kind != Unit.Kind.UNASSIGNED], chosen.period, now)
    if sheets.is_asked(request):
        return sheets.answer(_("Đơn vị"), sheets.units(shown, chosen), chosen, request.user, now)
    return render(request, "dashboards/units.html", shown | {"query": chosen})


@never_cache
@login_required
def unit_operations(request, slug: str):
    scope = query.unit(Actor.person(request.user), slug)
    now = timezone.now()
    chosen = query.period(request.GET, scope, now)
    if sheets.is_asked(request):
        tables = sheets.unit(unit_screen.unit(scope, chosen.period, now), unit_screen.peers(scope, chosen.period, now),
                             chosen)
        return sheets.answer(scope.name, tables, chosen, request.user, now)
    part = request.GET.get("part")
    if part:
        return HttpResponse(parts.OF_UNIT.get(part, parts.own)(scope, request.path, chosen, now)[1])
    own, peers, numbers = (draw(scope, request.path, chosen, now)[1] for draw in (
        parts.own, parts.peers, parts.numbers_of_unit))
    context = {"query": chosen, "scope": scope, "part": own, "peers": peers, "numbers": numbers,
               "switch": _switchable(request.user)}
    context["live_topics"] = f"{of_unit(scope)},{CITY},{totals.topic_of(scope)}"
    return render(request, "dashboards/unit.html", context)


def _switchable(user) -> list[Unit]:
    """The units whose screens this person may open."""
    actor = Actor.person(user)
    own = actor.scope if access.may(actor, "figures") else []
    return [unit for unit in units.in_force() if own is None or unit.pk in own]
