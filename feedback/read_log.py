"""Who read what citizens said or who they are, for administrators: one log of looks, files and answers of the API."""

from django import forms
from django.contrib.auth.decorators import login_required
from django.db.models import Q
from django.http import Http404
from django.shortcuts import render
from django.utils.translation import gettext_lazy as _
from django.views.decorators.cache import never_cache

from accounts.actors import Kind
from accounts.models import Client
from accounts.roles import Role
from feedback.contacts import REASONS
from feedback.models import Reading
from hcmc_ioc.lib.text import clean

SHOWN = 50
FURTHEST = 2**62


class Narrowed(forms.Form):
    """What of the log is looked at."""

    who = forms.CharField(label=_("Ai đọc"), max_length=120, required=False)
    kind = forms.ChoiceField(label=_("Cách đọc"), required=False, choices=[("", _("Tất cả")), *Reading.Kind.choices])
    code = forms.CharField(label=_("Mã phản ánh"), max_length=30, required=False)
    address = forms.CharField(label=_("Từ địa chỉ"), max_length=45, required=False)
    since = forms.DateField(label=_("Từ ngày"), required=False, widget=forms.DateInput({"type": "date"}))
    until = forms.DateField(label=_("Đến ngày"), required=False, widget=forms.DateInput({"type": "date"}))

    def rows(self):
        given = self.cleaned_data if self.is_valid() else {}
        asked = {"kind": given.get("kind"), "address__startswith": given.get("address"),
                 "at__date__gte": given.get("since"), "at__date__lte": given.get("until"),
                 "ticket__code": clean(given.get("code") or "").replace("-", "").replace(" ", "").upper()}
        rows = Reading.objects.select_related("user", "ticket").order_by("-pk")
        rows = rows.filter(**{name: value for name, value in asked.items() if value})
        return rows.filter(_is(given["who"])) if given.get("who") else rows


def _is(who: str) -> Q:
    clients = [str(pk) for pk in Client.objects.filter(name__icontains=who).values_list("pk", flat=True)[:100]]
    return (Q(user__username__istartswith=who) | Q(user__full_name__icontains=who)
            | Q(actor_kind=Kind.CLIENT, actor_ref__in=clients))


@never_cache
@login_required
def page(request):
    """The log, the newest first."""
    if request.user.role != Role.ADMINISTRATOR:
        raise Http404
    form = Narrowed(request.GET or None)
    before = request.GET.get("before", "")
    place = int(before) if before.isascii() and before.isdecimal() and len(before) < 19 else FURTHEST
    rows = list(form.rows().only(*SEEN).filter(pk__lt=place)[: SHOWN + 1])
    clients = {row.actor_ref for row in rows if row.actor_kind == Kind.CLIENT}
    names = {str(client.pk): client.name for client in Client.objects.filter(pk__in=clients)}
    context = {
        "form": form, "next": rows[SHOWN - 1].pk if len(rows) > SHOWN else None, "is_first": place == FURTHEST,
        "readings": [(row, _who(row, names), REASONS.get(row.reason, row.reason)) for row in rows[:SHOWN]],
        "nav_current": "administration",
    }
    return render(request, "feedback/read_log.html", context)


SEEN = ("kind", "actor_kind", "actor_ref", "reason", "asked", "rows", "address", "at", "user__full_name",
        "user__username", "ticket__code")


def _who(row: Reading, clients: dict[str, str]) -> str:
    return str(row.user) if row.user else clients.get(row.actor_ref, str(Kind(row.actor_kind).label))
