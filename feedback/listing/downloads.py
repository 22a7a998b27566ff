"""Lists as files: at once while they are short or CSV, else ordered, written in the background, and fetched here."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import ValidationError
from django.http import FileResponse, Http404, StreamingHttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.cache import never_cache

from feedback import readings
from feedback.listing import columns, files, jobs
from feedback.listing.filters import TicketFilter
from feedback.listing.pages import Page
from feedback.listing.views import COOKIE, reader
from feedback.models import ListFile
from hcmc_ioc.lib import sheets
from hcmc_ioc.lib.streams import each


@never_cache
@login_required
def tickets_file(request, form: str):
    """The rows of a list, all of them, as CSV or XLSX; a sheet that would take long is ordered instead."""
    actor, now = reader(request), timezone.now()
    page = Page(actor, TicketFilter(actor, request.GET), now, request.GET)
    taken = columns.in_files(columns.chosen(request.COOKIES.get(COOKIE, "")))
    name = _name(now, form)
    if form not in ("csv", "xlsx"):
        raise Http404
    if form == "xlsx" and page.count(files.MOST + 1) > files.MOST:
        return redirect(f"{reverse('list_files')}?lap=1&{page.query}")
    _note(actor, form, page.filter)
    if form == "csv":
        return _sent(files.csv_lines(page, taken), "text/csv; charset=utf-8", name)
    return FileResponse(files.xlsx(page, taken, str(request.user)), as_attachment=True, filename=name)


@never_cache
@login_required
def list_files(request):
    """GET: the files that were ordered, how far they are, and the offer to write the list of the address. POST: do."""
    actor = reader(request)
    if request.method == "POST":
        try:
            jobs.order(actor, request.POST.get("query", ""), request.COOKIES.get(COOKIE, ""))
        except ValidationError as refusal:
            messages.error(request, refusal.message)
        return redirect("list_files")
    found = jobs.files_of(actor)
    context = {"files": [(file, jobs.listing_of(actor, file.query)) for file in found], "nav_current": "tickets",
               "unfinished": any(file.finished_at is None for file in found)}
    if request.GET.get("part"):
        return render(request, "feedback/listing/files_part.html", context)
    if "lap" in request.GET:
        page = Page(actor, TicketFilter(actor, request.GET), timezone.now(), request.GET)
        context |= {"page": page, "count": page.count()}
    return render(request, "feedback/listing/files.html", context)


@never_cache
@login_required
def list_file(request, token):
    """The file, once it is there, for whoever ordered it, in the same role."""
    actor = reader(request)
    mine = ListFile.objects.filter(membership=actor.user.membership, has_failed=False)
    file = get_object_or_404(mine, token=token, finished_at__isnull=False)
    _note(actor, "xlsx", jobs.listing_of(actor, file.query).filter, file.total)
    ListFile.objects.filter(pk=file.pk, fetched_at=None).update(fetched_at=timezone.now())
    answer = _sent(each(jobs.pieces(file)), sheets.TYPE, _name(file.made_at, "xlsx"))
    answer["Content-Length"] = str(file.size)
    return answer


def _sent(content, kind: str, name: str) -> StreamingHttpResponse:
    answer = StreamingHttpResponse(content, content_type=kind)
    answer["Content-Disposition"] = f'attachment; filename="{name}"'
    return answer


def _name(when, form: str) -> str:
    return f"phan-anh-{timezone.localtime(when):%Y%m%d-%H%M}.{form}"


def _note(actor, form: str, narrowed: TicketFilter, rows: int | None = None) -> None:
    what = readings.in_words(f"Danh sách phản ánh ({form.upper()})", narrowed)
    readings.note(actor, readings.Kind.FILE, asked=what, rows=rows)
