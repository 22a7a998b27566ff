"""How an indicator is judged over time: `/du-lieu/<indicator>/danh-gia/`, for the city or a unit. A try stands in the
address, beside the saved judgement; the analyst saves it with a reason."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _

from districts.models import Unit
from hcmc_ioc.lib.text import clean
from indicators import access, judged_pages, judging, sharing
from indicators.judging import saving
from indicators.models import Indicator, Method
from indicators.sharing_views import viewer

LONGEST = 500  # letters of a reason


@login_required
def judgement(request, indicator: str):
    actor = viewer(request)
    known = Indicator.objects.select_related("field", "owner", "set_item__value_set").prefetch_related("versions")
    chosen = get_object_or_404(known, code=indicator)
    if not sharing.read(actor, chosen, sharing.Way.PAGE):
        raise Http404
    slug = clean(request.GET.get("don-vi", ""))
    unit = get_object_or_404(Unit, slug=slug) if slug else None
    found = judging.of(chosen, unit)
    try:
        plan = judged_pages.tried(chosen, found.plan, dict(request.GET.lists()))
    except ValueError as exc:
        raise Http404 from exc
    tried = judging.of(chosen, unit, plan=plan) if plan else None
    if request.method == "POST":
        return _saved(request, actor, tried or found)
    context = {
        "indicator": chosen, "unit": unit, "units": Unit.objects.in_force().exclude(kind__in=("city", "unassigned")),
        "now": judged_pages.context(found), "tried": judged_pages.context(tried) if tried else None,
        "shown": tried or found, "methods": Method.choices, "may_judge": access.may(actor, "judge"),
        "periods": list(reversed(found.periods)), "nav_current": "data",
    }
    return render(request, "indicators/judgement.html", context)


def _saved(request, actor, found: judging.Judged) -> HttpResponse:
    reason = clean(request.POST.get("reason", ""))[:LONGEST]
    try:
        saving.save(actor, found, reason)
    except PermissionError as exc:
        raise Http404 from exc
    except ValueError:
        messages.error(request, _("Hãy ghi lý do; chỉ số phải có số liệu."))
        return redirect(request.get_full_path())
    messages.success(request, _("Đã lưu cách đánh giá."))
    return redirect(f"{request.path}?don-vi={found.unit.slug}" if found.unit else request.path)
