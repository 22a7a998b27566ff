"""Connected systems, for administrators: made with their scopes, given new secrets and keys, revoked."""

from datetime import datetime, time

from django import forms
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST

from accounts import clients
from accounts.models import Client
from accounts.roles import Role
from accounts.scopes import FOR_HOTLINE, HOTLINE, OPEN311, SCOPES
from districts.models import Unit


class ClientForm(forms.Form):
    """A new client."""

    name = forms.CharField(label=_("Tên hệ thống"), max_length=120)
    unit = forms.ModelChoiceField(Unit.objects.none(), label=_("Đơn vị"),
                                  help_text=_("Chỉ đọc và ghi trong đơn vị này và các đơn vị trực thuộc."))
    scopes = forms.MultipleChoiceField(label=_("Quyền"), choices=SCOPES.items(), widget=forms.CheckboxSelectMultiple)
    contact = forms.CharField(label=_("Người liên hệ"), max_length=200, required=False)
    until = forms.DateField(label=_("Dùng đến hết ngày"), required=False, widget=forms.DateInput({"type": "date"}),
                            help_text=_("Để trống: đến khi thu hồi."))

    def __init__(self, *args, **more):
        super().__init__(*args, **more)
        units = Unit.objects.in_force().exclude(kind=Unit.Kind.UNASSIGNED)
        self.fields["unit"] = forms.ModelChoiceField(units, label=_("Đơn vị"), help_text=self.fields["unit"].help_text)
        self.order_fields(["name", "unit", "scopes", "contact", "until"])

    def clean_until(self):
        day = self.cleaned_data["until"]
        if day and day < timezone.localdate():
            raise forms.ValidationError(_("Ngày này đã qua."))
        return day

    def clean(self):
        super().clean()
        unit, scopes = self.cleaned_data.get("unit"), self.cleaned_data.get("scopes", [])
        if unit and unit.kind != Unit.Kind.CITY and not HOTLINE.isdisjoint(scopes):
            self.add_error("scopes", FOR_HOTLINE)

    @property
    def expires_at(self) -> datetime | None:
        day = self.cleaned_data["until"]
        return datetime.combine(day, time.max, timezone.get_current_timezone()) if day else None


def _administrator(request) -> None:
    if request.user.role != Role.ADMINISTRATOR:
        raise Http404


@never_cache
@login_required
def client_list(request):
    """The clients with when each was last here; a new one shows its secret once."""
    _administrator(request)
    form, fresh = ClientForm(request.POST or None), None
    if request.method == "POST" and form.is_valid():
        given = form.cleaned_data
        client, secret = clients.register(name=given["name"], unit=given["unit"], scopes=given["scopes"],
                                          contact=given["contact"], expires_at=form.expires_at, by=request.user)
        form, fresh = ClientForm(), (client, "client_secret", secret)
    return _page(request, form, fresh)


@login_required
@require_POST
def client_rotate(request, pk: int):
    """A new secret, shown once; the old one, every token and every key end."""
    _administrator(request)
    client = get_object_or_404(Client, pk=pk, revoked_at=None)
    return _page(request, ClientForm(), (client, "client_secret", clients.rotate(client)))


@login_required
@require_POST
def client_key(request, pk: int):
    """Another key for Open311, shown once; earlier ones go on."""
    _administrator(request)
    client = get_object_or_404(Client, pk=pk, revoked_at=None)
    if not _speaks_open311(client):
        raise Http404
    return _page(request, ClientForm(), (client, "api_key", clients.key(client)[0]))


@login_required
@require_POST
def client_revoke(request, pk: int):
    _administrator(request)
    clients.revoke(get_object_or_404(Client, pk=pk))
    messages.success(request, _("Đã thu hồi. Hệ thống này không truy cập được nữa."))
    return redirect("clients")


def _speaks_open311(client: Client) -> bool:
    return not OPEN311.isdisjoint(client.scopes.split())


def _page(request, form: ClientForm, fresh: tuple | None):
    rows = Client.objects.select_related("unit", "made_by").order_by("revoked_at", "name")
    shown = [(row, [SCOPES[name] for name in row.scopes.split() if name in SCOPES], _speaks_open311(row))
             for row in rows]
    context = {"form": form, "fresh": fresh, "clients": shown, "now": timezone.now(), "nav_current": "administration"}
    return render(request, "accounts/clients.html", context, status=422 if form.errors else 200)
