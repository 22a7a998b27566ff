"""Pages of the register of reports that offices still demand of the districts; analysts keep its rows."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from indicators import access, demanded
from indicators.models import DemandedLine, DemandedReport
from indicators.sharing_forms import LineForm, ReportForm
from indicators.sharing_views import viewer


@login_required
def register(request):
    """Every report with what of it is covered; analysts add one."""
    actor = viewer(request)
    keeps = access.may(actor, "register")
    form = ReportForm(request.POST or None) if keeps else None
    if request.method == "POST":
        if form is None:
            raise Http404
        if form.is_valid():
            return redirect("demanded_report", code=form.save().code)
    entries = demanded.entries()
    context = {"entries": entries, "board": demanded.board(entries, timezone.now()), "form": form,
               "nav_current": "data"}
    return render(request, "indicators/demanded.html", context, status=422 if form and form.errors else 200)


@login_required
def report(request, code: str):
    """One report with its lines; analysts change it."""
    actor = viewer(request)
    entry = next(iter(demanded.entries([code])), None)
    if entry is None:
        raise Http404
    form = None
    if access.may(actor, "register"):
        form = ReportForm(request.POST or None, instance=DemandedReport.objects.get(pk=entry.report.pk))
    if request.method == "POST":
        if form is None:
            raise Http404
        if form.is_valid():
            form.save()
            messages.success(request, _("Đã lưu."))
            return redirect("demanded_report", code=code)
    chosen = next((line for line in entry.lines if str(line.pk) == request.GET.get("dong")), None)
    line_form = LineForm(initial={"text": chosen.text, "indicator": chosen.indicator_id} if chosen else {})
    context = {"entry": entry, "lines": [(line, demanded.is_covered(line)) for line in entry.lines], "form": form,
               "line_form": line_form, "chosen": chosen, "nav_current": "data"}
    return render(request, "indicators/demanded_report.html", context, status=422 if form and form.errors else 200)


@login_required
@require_POST
def line(request, code: str):
    """A new line, or (`line`) one that is changed; without words it is taken out."""
    viewer(request, "register")
    chosen = get_object_or_404(DemandedReport, code=code)
    pk = request.POST.get("line", "")
    known = get_object_or_404(DemandedLine, pk=pk, report=chosen) if pk.isdecimal() else None
    form = LineForm(request.POST)
    if form.is_valid():
        try:
            form.save(chosen, known)
        except ValueError:
            messages.error(request, _("Báo cáo đã có dòng này."))
    else:
        messages.error(request, _("Dòng không lưu được: hãy xem lại nội dung và chỉ số."))
    return redirect("demanded_report", code=code)
