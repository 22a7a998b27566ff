"""Pairing a wall device with its token, and the list of devices for those who run them."""

from django import forms
from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, JsonResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST

from accounts.actors import Actor
from accounts.roles import Role
from districts.models import Unit
from live import devices, heartbeat, topics
from live.models import Device

KEEPERS = {Role.SUPERVISOR, Role.ADMINISTRATOR}
YEAR = 365 * 86400


@never_cache
def pair(request, token: str):
    """Opened once on the device: trades the token for a cookie, so that the token stays in no address or log."""
    device = devices.by_token(token)
    if device is None:
        return render(request, "live/refused.html", status=404)
    response = redirect("wall")
    response.set_cookie(
        devices.COOKIE, devices.seal(device), max_age=YEAR, httponly=True, samesite="Strict",
        secure=settings.SESSION_COOKIE_SECURE,
    )
    return response


@never_cache
def beat(request):
    """The heartbeat of `?topics=` for who asks for it, where no socket gets through; 403 to whom none is allowed."""
    device = devices.by_cookie(request.COOKIES.get(devices.COOKIE))
    actor = devices.acting(device) if device else Actor.person(request.user)
    heard = topics.allowed(filter(None, request.GET.get("topics", "").split(",")), actor)
    if not heard:
        return JsonResponse({"t": "refused"}, status=403)
    if device:
        devices.seen(device)
    return JsonResponse(heartbeat.message(heard))


class DeviceForm(forms.ModelForm):
    class Meta:
        model = Device
        fields = ["name", "place", "unit"]

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        units = Unit.objects.in_force().exclude(kind=Unit.Kind.UNASSIGNED)
        city = next((unit for unit in units if unit.kind == Unit.Kind.CITY), None)
        self.fields["unit"] = forms.ModelChoiceField(units, label=self.fields["unit"].label, initial=city)


def _keeper(request) -> None:
    if request.user.role not in KEEPERS:
        raise Http404


@never_cache
@login_required
def device_list(request):
    """The devices with when each was last seen; a new one shows its pairing address once."""
    _keeper(request)
    form = DeviceForm(request.POST or None)
    address = None
    if request.method == "POST" and form.is_valid():
        _device, token = devices.register(**form.cleaned_data)
        address = request.build_absolute_uri(reverse("wall_pair", args=[token]))
        form = DeviceForm()
    rows = Device.objects.select_related("unit").order_by("revoked_at", "name")
    context = {"form": form, "devices": rows, "address": address}
    return render(request, "live/devices.html", context, status=422 if form.errors else 200)


@login_required
@require_POST
def device_revoke(request, pk: int):
    _keeper(request)
    devices.revoke(get_object_or_404(Device, pk=pk))
    messages.success(request, _("Đã thu hồi màn hình. Màn hình đó không còn hiển thị số liệu."))
    return redirect("screens")
