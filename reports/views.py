"""Pages of reports: the library, an edition with its remarks and files, the last month in one minute."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.db.models import QuerySet
from django.http import FileResponse, Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone, translation
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from accounts.actors import Actor
from accounts.requests import acting
from districts.models import Unit
from hcmc_ioc.lib import sheets
from reports import access, editions, naming, workbook
from reports.blocks.hotline import label
from reports.forms import LibraryForm, RemarkForm, RenewForm
from reports.models import Edition, EditionFile

PER_PAGE = 40
IN_A_MINUTE = ("received", "on_time", "overdue", "satisfaction", "median_minutes", "reopened")
TYPES = {EditionFile.Kind.PDF: "application/pdf", EditionFile.Kind.XLSX: workbook.TYPE}


def reader(request, verb: str = "read") -> Actor:
    """Who asks; 404 for whoever may not."""
    actor = acting(request)
    if not access.may(actor, verb):
        raise Http404
    return actor


@login_required
def library(request):
    """Every edition that the person reads, the newest first; drafts that wait for their word on top."""
    actor = reader(request)
    readable = access.readable(actor)
    units = Unit.objects.filter(pk__in=readable.values("unit"))
    form = LibraryForm(request.GET if "don_vi" in request.GET else request.GET.dict() | _usual(actor, units), units)
    found = readable.filter(**form.chosen).latest_ones().listed().order_by("-end", "type__position", "unit__sort_key")
    page = Paginator(found, PER_PAGE).get_page(request.GET.get("trang"))
    waiting = [one for one in readable.filter(state=Edition.State.DRAFT).listed().order_by("remarks_until")[:PER_PAGE]
               if access.may_remark(actor, one)]
    context = {"page": page, "rows": [(one, naming.name(naming.period_of(one))) for one in page], "form": form,
               "waiting": [(one, naming.name(naming.period_of(one))) for one in waiting], "nav_current": "reports",
               "minute": _last_month(actor)}
    return render(request, "reports/library.html", context)


def _usual(actor: Actor, units: QuerySet[Unit]) -> dict[str, str]:
    """Who sees all of the city first sees the city's own."""
    city = units.filter(kind=Unit.Kind.CITY).first() if actor.scope is None else None
    return {"don_vi": city.slug} if city else {}


@login_required
def edition(request, type: str, slug: str, period: str):  # noqa: A002 - the address says it so
    """One edition as a page; `ban` chooses an older one."""
    actor = reader(request)
    numbers = _numbers(actor, type, slug, period)
    asked = request.GET.get("ban", "")
    chosen = next((one for one in numbers if str(one.number) == asked), numbers[0])
    if asked and str(chosen.number) != asked:
        raise Http404
    return _page(request, actor, chosen, numbers)


def _numbers(actor: Actor, type_: str, slug: str, period: str) -> list[Edition]:
    """The editions of one report that the actor reads, the latest first; 404 for none."""
    found = access.readable(actor).filter(type__code=type_, unit__slug=slug, period=period.replace("\0", ""))
    numbers = list(found.select_related("type", "unit", "made_by").order_by("-number"))
    if not numbers:
        raise Http404
    return numbers


def _page(request, actor: Actor, chosen: Edition, numbers: list[Edition], *, remark_form=None, renew_form=None):
    now = timezone.now()
    editions.opened(chosen, actor, now)
    is_latest = chosen is numbers[0]
    may_renew = access.may(actor, "edit") and is_latest and chosen.is_released
    context = {
        "edition": chosen, "numbers": numbers, "report": chosen.report if chosen.data else None,
        "period": naming.name(naming.period_of(chosen)), "is_latest": is_latest,
        "remarks": list(chosen.remarks.select_related("unit", "user")),
        "remark_form": remark_form or (RemarkForm() if access.may_remark(actor, chosen) and is_latest else None),
        "renew_form": renew_form or (RenewForm() if may_renew else None),
        "openings": list(chosen.openings.select_related("user")) if access.may(actor, "watch") else None,
        "differences": _differences(chosen), "files": list(chosen.files.values_list("kind", flat=True)),
        "nav_current": "reports",
    }
    failed = (remark_form and remark_form.errors) or (renew_form and renew_form.errors)
    return render(request, "reports/edition.html", context, status=422 if failed else 200)


def _differences(chosen: Edition) -> list[tuple[str, list]]:
    return [(_("Số liệu đã sửa sau khi phát hành"), chosen.revised), (_("Khác bản trước"), chosen.changes)]


@login_required
def changes(request, type: str, slug: str, period: str, number: int):  # noqa: A002
    """All that differs from an edition today, and from the one before it; `tep=xlsx` as a workbook."""
    actor = reader(request)
    chosen = next((one for one in _numbers(actor, type, slug, period) if one.number == number), None)
    if chosen is None:
        raise Http404
    named, differences = naming.name(naming.period_of(chosen)), _differences(chosen)
    if request.GET.get("tep") != "xlsx":
        context = {"edition": chosen, "period": named, "differences": differences, "nav_current": "reports"}
        return render(request, "reports/changes.html", context)
    heads = [sheets.Head(_("Ở đâu"), 70), sheets.Head(_("Trước"), 30), sheets.Head(_("Nay"), 30)]
    about = sheets.about(f"{chosen.type.name}, {named}, {chosen.unit.name}", str(request.user), timezone.now())
    book = sheets.workbook(about, [sheets.Sheet(name, heads, rows) for name, rows in differences])
    return FileResponse(book, as_attachment=True, content_type=sheets.TYPE,
                        filename=f"{type}-{slug}-{period}-{number}-thay-doi.xlsx")


@login_required
def file(request, type: str, slug: str, period: str, number: int, kind: str):  # noqa: A002
    """A file of an edition, byte for byte as it was released."""
    actor = reader(request)
    chosen = next((one for one in _numbers(actor, type, slug, period) if one.number == number), None)
    if chosen is None:
        raise Http404
    kept = get_object_or_404(EditionFile, edition=chosen, kind=kind)
    editions.opened(chosen, actor, timezone.now())
    name = f"{type}-{slug}-{period}-{number}.{kind}"
    shown = "inline" if kind == EditionFile.Kind.PDF and "xem" in request.GET else "attachment"
    return HttpResponse(bytes(kept.content), content_type=TYPES[EditionFile.Kind(kind)],
                        headers={"Content-Disposition": f'{shown}; filename="{name}"'})


@login_required
@require_POST
def remark(request, type: str, slug: str, period: str):  # noqa: A002
    """What the unit says of its edition."""
    actor = reader(request, "remark")
    numbers = _numbers(actor, type, slug, period)
    if not access.may_remark(actor, numbers[0]):
        raise Http404
    form = RemarkForm(request.POST)
    if not form.is_valid():
        return _page(request, actor, numbers[0], numbers, remark_form=form)
    editions.remark(actor, numbers[0], form.cleaned_data["text"], timezone.now())
    messages.success(request, _("Đã ghi ý kiến."))
    return redirect(numbers[0])


@login_required
@require_POST
def renew(request, type: str, slug: str, period: str):  # noqa: A002
    """A new edition with the figures of today."""
    actor = reader(request, "edit")
    numbers = _numbers(actor, type, slug, period)
    form = RenewForm(request.POST)
    if form.is_valid():
        try:
            editions.renew(actor, numbers[0], form.cleaned_data["reason"], timezone.now())
            messages.success(request, _("Đã phát hành bản mới."))
            return redirect(numbers[0])
        except editions.Refused as exc:
            form.add_error(None, str(exc))
    return _page(request, actor, numbers[0], numbers, renew_form=form)


def _last_month(actor: Actor) -> Edition | None:
    """The newest released monthly report of what the actor leads."""
    found = access.readable(actor).released().latest_ones().filter(type__code="hotline-month").listed()
    own = found.filter(unit_id__in=actor.scope) if actor.scope is not None else found.filter(unit__kind=Unit.Kind.CITY)
    return own.order_by("-end").first()


@login_required
def one_minute(request):
    """The last month in a few sentences and the largest figures: what a leader reads on the way."""
    actor = reader(request)
    chosen = _last_month(actor)
    report = None
    if chosen:
        editions.opened(chosen, actor, timezone.now())
        report = chosen.report
    figures = report.block("hotline") if report else None
    with translation.override("vi"):  # as the report names them
        shown = {label(code) for code in IN_A_MINUTE}
    rows = [row for row in figures.tables[0].rows if row[0] in shown] if figures else []
    context = {"edition": chosen, "report": report, "rows": rows, "nav_current": "reports",
               "period": naming.name(naming.period_of(chosen)) if chosen else ""}
    return render(request, "reports/one_minute.html", context)
