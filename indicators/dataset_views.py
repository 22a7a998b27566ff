"""Pages of data sets: the list, one set with its dictionary, sample, versions and files; made, explained, brought."""

import csv
import json
from collections.abc import Iterator

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import FileResponse, Http404, StreamingHttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from accounts.actors import Actor
from hcmc_ioc.lib import sheets
from hcmc_ioc.lib.sheets import Head, Sheet
from hcmc_ioc.lib.text import vn_norm
from indicators import access, datasets, sharing
from indicators.dataset_forms import DataSetForm, Dictionary, VersionForm
from indicators.models import Column, DataSet, DataSetVersion
from indicators.sharing_views import asked_by_unit, asked_to_see, say_faults, viewer

VERSIONS = 20  # shown


@login_required
def data_sets(request):
    """What there is, and what units have and do not share."""
    actor = viewer(request)
    text = request.GET.get("q", "")[:80]
    found = [one for one in datasets.catalogue() if _matches(one, text)]
    context = {"shared": [one for one in found if one.is_shared], "text": text, "nav_current": "data",
               "unshared": [one for one in found if not one.is_shared], "may_keep": access.may(actor, "keep")}
    return render(request, "indicators/data_sets.html", context)


def _matches(data_set: DataSet, text: str) -> bool:
    said = vn_norm(f"{data_set.code} {data_set.name_vi} {data_set.name_en} {data_set.field.name_vi} "
                   f"{data_set.owner.name} {data_set.description_vi}")
    return all(word in said for word in vn_norm(text).split())


@login_required
def data_set(request, code: str):
    """One data set; with `tep` (csv, xlsx, json) its rows as a file, of the latest or another version (`ban`)."""
    actor = viewer(request)
    chosen = get_object_or_404(datasets.catalogue(), code=code)
    if request.GET.get("tep"):
        return _file(request, actor, chosen)
    seen = datasets.sees(actor, chosen) and _logged(actor, chosen, sharing.Way.PAGE)
    versions = list(chosen.versions.defer("content").select_related("user")[:VERSIONS])
    latest = chosen.versions.first() if seen else None
    may_bring, may_keep = access.may_bring(actor, chosen), access.may_keep(actor, chosen.owner_id)
    context = {
        "data_set": chosen, "columns": list(chosen.columns.all()), "versions": versions, "sees": seen,
        "sample": list(datasets.rows_of(latest, 0, datasets.SAMPLE)) if latest else [], "latest": latest,
        "version_form": VersionForm() if may_bring else None, "may_keep": may_keep, "nav_current": "data",
        "may_subscribe": access.may(actor, "subscribe") and chosen.is_shared,
        "is_subscribed": datasets.is_subscribed(request.user, chosen),
        "today": timezone.localdate(), **(asked_by_unit(actor, chosen, seen=seen) if chosen.is_shared else {}),
    }
    return render(request, "indicators/data_set.html", context)


@login_required
@require_POST
def subscribe(request, code: str):
    """Follow a shared data set, or with `off` no longer."""
    viewer(request, "subscribe")
    chosen = get_object_or_404(datasets.catalogue(), code=code, is_shared=True)
    datasets.subscribe(request.user, chosen, is_wanted=not request.POST.get("off"))
    messages.success(request, _("Đã thôi theo dõi bộ dữ liệu này.") if request.POST.get("off") else _(
        "Đang theo dõi: có phiên bản mới sẽ báo ở mục Thông báo."))
    return redirect(chosen)


def _logged(actor: Actor, chosen: DataSet, way: str) -> bool:
    """Whether it is seen; what is seen under a grant alone is logged."""
    return not chosen.is_shared or sharing.read(actor, chosen, way)


def _file(request, actor: Actor, chosen: DataSet):
    number = request.GET.get("ban", "")
    versions = chosen.versions.filter(number=number) if number.isdecimal() else chosen.versions.all()
    version = versions.first()
    if version is None or not datasets.sees(actor, chosen):
        raise Http404
    _logged(actor, chosen, sharing.Way.FILE)
    name = f"{chosen.code}-{version.number}"
    match request.GET["tep"]:
        case "csv":
            return _streamed(_csv(version), "text/csv; charset=utf-8", f"{name}.csv")
        case "json":
            return _streamed(_json(version), "application/json", f"{name}.json")
        case "xlsx":
            about = sheets.about(chosen.name, str(request.user), timezone.now(), [
                (_("Cơ quan chủ quản"), chosen.owner.name), (_("Phiên bản"), str(version.number))])
            table = Sheet(_("Dữ liệu"), tuple(Head(head, 18) for head in version.heads), datasets.rows_of(version))
            words = Sheet(_("Các cột"), (Head(_("Cột"), 24), Head(_("Ý nghĩa"), 60), Head(_("Kiểu"), 10)), (
                [one.head, one.meaning, str(one.get_kind_display())] for one in chosen.columns.all()))
            return FileResponse(sheets.workbook(about, [table, words]), as_attachment=True, filename=f"{name}.xlsx",
                                content_type=sheets.TYPE)
    raise Http404


def _streamed(parts: Iterator[str], kind: str, name: str) -> StreamingHttpResponse:
    return StreamingHttpResponse(parts, content_type=kind,
                                 headers={"Content-Disposition": f'attachment; filename="{name}"'})


class _Line:
    """What csv.writer writes a row into: it gives the row back."""

    def write(self, text: str) -> str:
        return text


def _csv(version: DataSetVersion) -> Iterator[str]:
    writer = csv.writer(_Line())
    yield "\ufeff" + writer.writerow(version.heads)  # so that a spreadsheet knows the encoding
    for row in datasets.rows_of(version):
        yield writer.writerow(row)


def _json(version: DataSetVersion) -> Iterator[str]:
    for place, row in enumerate(datasets.rows_of(version)):
        said = json.dumps(dict(zip(version.heads, row, strict=True)), ensure_ascii=False)
        yield f"[{said}" if place == 0 else f",\n{said}"
    yield "]\n"


@login_required
@require_POST
def ask(request, code: str):
    return asked_to_see(request, get_object_or_404(DataSet, code=code, is_shared=True))


@login_required
def edit(request, code: str = ""):
    """A new data set, or what is said of one and its dictionary."""
    actor = viewer(request, "keep")
    known = get_object_or_404(DataSet, code=code) if code else None
    if known and not access.may_keep(actor, known.owner_id):
        raise Http404
    form = DataSetForm(actor, request.POST or None, instance=known)
    columns = Dictionary(request.POST or None, queryset=Column.objects.filter(data_set=known), prefix="c")
    if request.method == "POST" and form.is_valid() and (known is None or columns.is_valid()):
        if known and form.cleaned_data["access"] == "open" and any(
                one.cleaned_data.get("is_personal") for one in columns):
            form.add_error("access", _("Có cột chứa dữ liệu cá nhân nên không để mọi đơn vị xem được."))
        else:
            kept = form.save()
            if known:
                columns.save()
            messages.success(request, _("Đã lưu."))
            return redirect(kept)
    context = {"form": form, "columns": columns if known else None, "data_set": known, "nav_current": "data"}
    return render(request, "indicators/data_set_form.html", context)


@login_required
@require_POST
def bring(request, code: str):
    """A new version of the rows."""
    actor = viewer(request)
    chosen = get_object_or_404(DataSet, code=code)
    if not access.may_bring(actor, chosen):
        raise Http404
    form = VersionForm(request.POST, request.FILES)
    if not form.is_valid():
        say_faults(request, form)
        return redirect(chosen)
    file = form.cleaned_data["file"]
    try:
        found = datasets.bring(actor, chosen, file.name, file.file, form.cleaned_data["note"])
    except datasets.Refused as exc:
        for fault in exc.faults[:5]:
            messages.error(request, fault)
        if len(exc.faults) > 5:
            messages.error(request, _("và %(n)s lỗi khác; không dòng nào được nhận.") % {"n": len(exc.faults) - 5})
        return redirect(chosen)
    if not found.is_new:
        messages.warning(request, _("Tệp giống hệt phiên bản %(n)s: không có gì thay đổi.") % {
            "n": found.version.number})
    else:
        messages.success(request, _("Đã nhận %(rows)s dòng, phiên bản %(n)s.") % {
            "rows": found.version.rows, "n": found.version.number})
    return redirect("edit_data_set", chosen.code) if found.columns and access.may_keep(actor, chosen.owner_id) else \
        redirect(chosen)
