"""Files by their address: attached to what the person may write at, read by whoever may see it, taken away with a
reason. Whoever may not gets 404."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.db import transaction
from django.http import Http404, StreamingHttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils.encoding import iri_to_uri
from django.utils.http import content_disposition_header
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST

from accounts.actors import Actor
from accounts.requests import acting
from attachments import owners, storing
from attachments.forms import TakeAwayForm, UploadForm
from attachments.models import Attachment
from attachments.owners import Owner
from hcmc_ioc.lib.streams import each


def _seen(actor: Actor, kind: str, pk: int) -> tuple[Owner, Any]:
    found = owners.seen(actor, kind, pk)
    if found is None:
        raise Http404
    return found


@login_required
@require_POST
def attach(request, kind: str, pk: int):
    """Attach what was chosen; what is wrong with which file is told on the page where the person was."""
    actor = acting(request)
    owner, thing = _seen(actor, kind, pk)
    if not owner.may_add(actor, thing):
        raise Http404
    form = UploadForm(request.POST, request.FILES)
    if not form.is_valid():
        for fault in form.errors["attached"]:
            messages.error(request, str(fault))
        return _back(owner, thing)
    try:
        with transaction.atomic():
            kept = storing.keep(kind, pk, actor, form.cleaned_data["attached"])
            owner.changed(thing)
    except storing.Full as full:
        messages.error(request, full.words)
    else:
        messages.success(request, ngettext("Đã đính kèm %(n)s tệp.", "Đã đính kèm %(n)s tệp.", len(kept)) % {
            "n": len(kept)} if kept else _("Tệp này đã được đính kèm trước đó."))
    return _back(owner, thing)


def _back(owner: Owner, thing: Any):
    return redirect(iri_to_uri(owner.url(thing)))


def _known(request, key: UUID) -> tuple[Actor, Owner, Any, Attachment]:
    """The file, for whoever sees what it is attached to."""
    row = get_object_or_404(Attachment, key=key, gone_at=None)
    actor = acting(request)
    return actor, *_seen(actor, row.owner_kind, row.owner_id), row


@login_required
def attachment(request, key: UUID):
    """Pictures are shown, documents downloaded: no page of ours opens what somebody made."""
    *_whom, row = _known(request, key)
    return _sent(row, small=False)


@login_required
def small(request, key: UUID):
    """The small picture that lists show."""
    *_whom, row = _known(request, key)
    if not row.has_small:
        raise Http404
    return _sent(row, small=True)


def _sent(row: Attachment, *, small: bool) -> StreamingHttpResponse:
    try:
        pieces = storing.pieces(row, small=small)
    except OSError as error:
        raise Http404 from error
    answer = StreamingHttpResponse(each(pieces), content_type="image/jpeg" if small else row.content_type)
    shown = content_disposition_header(not row.content_type.startswith("image/"), row.name)
    answer["Content-Disposition"] = shown or "inline"
    answer["Content-Security-Policy"] = "default-src 'none'; sandbox"
    if not small:
        answer["Content-Length"] = str(row.size)
    return answer


@login_required
@require_POST
def take_away(request, key: UUID):
    """For a reason that stays."""
    actor, owner, thing, row = _known(request, key)
    if not owners.may_take_away(actor, owner, thing, row.user_id):
        raise Http404
    form = TakeAwayForm(request.POST)
    if form.is_valid():
        with transaction.atomic():
            storing.take_away(row, actor, form.cleaned_data["reason"])
            owner.changed(thing)
        messages.success(request, _("Đã gỡ tệp."))
    else:
        messages.error(request, _("Hãy ghi lý do gỡ tệp."))
    return _back(owner, thing)
