"""The analyst's table `/du-lieu/phan-tich/`: `chi-so`, `don-vi`, `tu`, `den`, `theo` (kind of period), `cot` (what
stands across), `tep` (xlsx, csv)."""

from django.contrib.auth.decorators import login_required
from django.http import FileResponse, HttpResponse
from django.shortcuts import render
from django.utils import timezone

from districts.models import Unit
from hcmc_ioc.lib import sheets
from indicators import pivot, sharing
from indicators.periods import Kind
from indicators.sharing_views import viewer

KINDS = (Kind.MONTH, Kind.QUARTER, Kind.HALF_YEAR, Kind.YEAR)


@login_required
def table(request):
    actor, now = viewer(request), timezone.now()
    given, form = dict(request.GET.lists()), request.GET.get("tep", "")
    way = sharing.Way.FILE if form else sharing.Way.PAGE
    asked = found = None
    fault = ""
    try:
        asked = pivot.read(actor, given, timezone.localdate(), way)
        found = pivot.of(asked) if asked.indicators and asked.by in ("", *KINDS) else None
    except ValueError as exc:
        fault = str(exc)
    if found and form == "csv":
        return HttpResponse(pivot.as_csv(found), content_type="text/csv; charset=utf-8",
                            headers={"Content-Disposition": 'attachment; filename="phan-tich.csv"'})
    if found and form == "xlsx":
        file = pivot.as_xlsx(found, str(request.user), now, request.build_absolute_uri())
        return FileResponse(file, as_attachment=True, filename="phan-tich.xlsx", content_type=sheets.TYPE)
    heads, lines = pivot.table(found) if found else ([], [])
    chosen, units = set(given.get("chi-so", ())), set(given.get("don-vi", ())) or {pivot.CITY}
    all_units = Unit.objects.in_force().exclude(kind__in=("city", "unassigned"))
    context = {
        "asked": asked, "heads": heads, "lines": lines, "fault": fault,
        "choices": sorted(pivot.choices(actor), key=lambda one: one.code not in chosen),  # what is chosen first
        "units": sorted(all_units, key=lambda one: one.slug not in units), "whole_city": pivot.CITY,
        "kinds": [(kind.value, kind.label) for kind in KINDS], "across": pivot.ACROSS.items(), "nav_current": "data",
        "chosen": chosen, "chosen_units": units,
    }
    return render(request, "indicators/pivot.html", context)
