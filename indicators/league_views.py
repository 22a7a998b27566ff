"""Units beside their like: `/xep-hang/` for one indicator, `/xep-hang/<unit>/` for one unit; the unit's own words."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from districts.models import Unit
from hcmc_ioc.lib.text import clean
from indicators import access, league, pages
from indicators.judging import peers, saving
from indicators.models import Indicator
from indicators.periods import Period
from indicators.sharing_views import viewer

LONGEST = 500  # letters of a reply


@login_required
def table(request):
    """One indicator, every unit. `chi-so`, `ky`; `goc=1` judges by the uncorrected limits."""
    actor = viewer(request)
    every = league.choices(actor)
    code = request.GET.get("chi-so", "")
    chosen = next((one for one in every if one.code == code), None) if code else league.first(every)
    if chosen is None:
        if code:
            raise Http404
        return render(request, "indicators/league.html", {"choices": [], "nav_current": "data"})
    offered = league.periods(chosen, timezone.now())
    period = _period(chosen, request.GET["ky"]) if request.GET.get("ky") else offered[0]
    found = peers.of(chosen, period)
    places = [place for group in found.groups for place in group.places]
    context = {
        "choices": every, "indicator": chosen, "periods": offered, "period": period, "found": found,
        "replies": league.replies(chosen, period), "contacts": league.contacts(places),
        "explained": pages.explained(chosen, places, period), "plain": request.GET.get("goc") == "1",
        "own": actor.own_unit_id,
        "may_reply": access.may(actor, "reply"), "nav_current": "data",
    }
    return render(request, "indicators/league.html", context)


@login_required
def profile(request, slug: str):
    """One unit, every open indicator."""
    actor = viewer(request)
    unit = get_object_or_404(Unit.objects.in_force(), slug=slug)
    rows = league.profile(actor, unit, timezone.now())
    context = {"unit": unit, "rows": rows, "contacts": league.contacts(row.place for row in rows),
               "explained": league.explained(unit, rows),
               "nav_current": "data"}
    return render(request, "indicators/league_unit.html", context)


@login_required
@require_POST
def reply(request):
    """The unit leader's sentence beside the unit's figure; a new one follows, none is edited."""
    actor = viewer(request, "reply")
    chosen = get_object_or_404(Indicator, code=clean(request.POST.get("chi-so", "")))
    period = _period(chosen, request.POST.get("ky", ""))
    unit = get_object_or_404(Unit, pk=actor.own_unit_id)
    try:
        saving.reply(actor, chosen, unit, period, clean(request.POST.get("words", ""))[:LONGEST])
        messages.success(request, _("Đã ghi ý kiến của đơn vị."))
    except PermissionError as exc:
        raise Http404 from exc
    except ValueError:
        messages.error(request, _("Hãy ghi ý kiến."))
    return redirect(f"{reverse('league')}?{urlencode({'chi-so': chosen.code, 'ky': pages.key(period)})}")


def _period(chosen: Indicator, text: str) -> Period:
    try:
        return pages.period_of(chosen.period_kind, text)
    except ValueError as exc:
        raise Http404 from exc


