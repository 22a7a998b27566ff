"""A sheet by file: the template, the file that comes back, what it would change, and the commit."""

import hashlib

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import FileResponse, Http404
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from hcmc_ioc.lib import sheets, words
from indicators import deliveries, entry, upload
from indicators.models import Delivery
from indicators.reading import CannotRead
from indicators.views import sheet_of

MOST_BYTES = 5_000_000


@login_required
def template(request, value_set: str, slug: str, period: str):
    _actor, found = sheet_of(request, value_set, slug, period)
    file = upload.template(found, str(request.user), timezone.now())
    name = f"{found.value_set.code}-{found.unit.slug}-{period}.xlsx"
    return FileResponse(file, as_attachment=True, filename=name, content_type=sheets.TYPE)


@login_required
@require_POST
def send(request, value_set: str, slug: str, period: str):
    """Read the file and keep what it says; nothing is written yet."""
    actor, found = sheet_of(request, value_set, slug, period)
    if not entry.may_key(actor, found.value_set, found.unit):
        raise Http404
    file = request.FILES.get("file")
    if file is None or file.size > MOST_BYTES:
        messages.error(request, _("Hãy chọn một tệp XLSX hoặc CSV dưới 5 MB."))
        return redirect("sheet", value_set, slug, period)
    try:
        filled = upload.read(found, file.name, file)
    except CannotRead as exc:
        messages.error(request, str(exc))
        return redirect("sheet", value_set, slug, period)
    file.seek(0)
    digest = hashlib.sha256(file.read()).hexdigest()
    delivery = upload.stage(actor, found, file.name, digest, filled)
    request.session[_kept(delivery.pk)] = filled.wrong[:200]
    return redirect("staged", value_set, slug, period, delivery.pk)


@login_required
def staged(request, value_set: str, slug: str, period: str, number: int):
    """What the file would change, and what in it is wrong; all of it, the good part, or nothing."""
    actor, found = sheet_of(request, value_set, slug, period)
    if not entry.may_key(actor, found.value_set, found.unit):
        raise Http404
    mine = Delivery.objects.filter(
        value_set=found.value_set, unit=found.unit, start=found.period.start, state=Delivery.State.STAGED)
    delivery = get_object_or_404(mine, pk=number)
    wrong = request.session.get(_kept(number), [])
    if request.method == "POST":
        request.session.pop(_kept(number), None)
        if request.POST.get("act") != "commit":
            deliveries.drop(delivery)
            messages.info(request, _("Đã bỏ tệp, không ghi gì."))
        else:
            outcome = upload.commit(actor, found, delivery)
            messages.success(request, _("Đã ghi %(n)s ô từ tệp.") % {"n": words.number(outcome.new + outcome.changed)})
        return redirect("sheet", value_set, slug, period)
    context = {"sheet": found, "delivery": delivery, "wrong": wrong, "nav_current": "owed",
               "changes": upload.differences(found, delivery)}
    return render(request, "indicators/staged.html", context)


def _kept(number: int) -> str:
    return f"file-{number}"
