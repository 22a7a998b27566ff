"""The register by file: out, in, and what a file would change before it does."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import FileResponse, Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _

from coordination.investments import access, files, register
from coordination.investments.views import NAV, reader
from coordination.models import ItemFile
from hcmc_ioc.lib import sheets, words
from indicators.reading import CannotRead

MOST_BYTES = 5_000_000


@login_required
def export(request, form: str):
    """What this person sees of the register, as XLSX or CSV."""
    actor, now = reader(request), timezone.now()
    found, name = register.visible(actor).order_by("pk"), f"dau-tu-{timezone.localdate(now):%Y%m%d}"
    if form == "csv":
        answer = HttpResponse(files.as_csv(actor, found), content_type="text/csv; charset=utf-8")
        answer["Content-Disposition"] = f'attachment; filename="{name}.csv"'
        return answer
    if form != "xlsx":
        raise Http404
    book = files.workbook(actor, found, str(request.user), now)
    return FileResponse(book, as_attachment=True, filename=f"{name}.xlsx", content_type=sheets.TYPE)


@login_required
def send(request):
    """Choose a file; it is read and kept, nothing is written yet."""
    actor = reader(request)
    if not (access.may_judge(actor) or actor.scope):
        raise Http404
    if request.method == "POST":
        file = request.FILES.get("file")
        if file is None or file.size > MOST_BYTES:
            messages.error(request, _("Hãy chọn một tệp XLSX hoặc CSV dưới 5 MB."))
            return redirect("investment_file")
        try:
            return redirect("staged_investments", files.stage(actor, file.name, file, timezone.now()).pk)
        except CannotRead as exc:
            messages.error(request, str(exc))
            return redirect("investment_file")
    return render(request, "coordination/investments/file.html", NAV)


@login_required
def staged(request, number: int):
    """What a file would change, and what in it is wrong; all of it, or nothing."""
    actor = reader(request)
    file = get_object_or_404(ItemFile, pk=number, user=request.user, done_at=None)
    if request.method == "POST":
        if request.POST.get("act") != "commit":
            file.delete()
            messages.info(request, _("Đã bỏ tệp, không ghi gì."))
            return redirect("investments")
        try:
            written = files.commit(actor, file, timezone.now())
        except CannotRead as exc:
            messages.error(request, str(exc))
            return redirect("staged_investments", number)
        except PermissionError:
            raise Http404 from None
        messages.success(request, _("Đã ghi %(n)s hạng mục từ tệp.") % {"n": words.number(written)})
        return redirect("investments")
    context = {"file": file, "faults": file.faults, "changes": files.differences(actor, file)} | NAV
    return render(request, "coordination/investments/staged.html", context)
