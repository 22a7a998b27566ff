"""Pairing a wall, the list of walls for those who keep them, and the heartbeat over HTTP."""

import segno
from django import forms
from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST

from accounts.actors import Actor
from accounts.roles import Role
from districts.models import Unit
from live import devices, heartbeat, pairing, topics
from live.models import Device, Pairing

KEEPERS = {Role.SUPERVISOR, Role.ADMINISTRATOR}
YEAR = 365 * 86400


@never_cache
def pair(request):
    """On the wall. POST: a code of its own. GET: the code, until somebody confirmed it; then the wall."""
    if request.method == "POST":
        return _begun(request)
    waiting = pairing.by_cookie(request.COOKIES.get(pairing.COOKIE))
    if waiting and (cookie := pairing.take(waiting)):
        answer = _to_wall(request)
        answer.set_cookie(devices.COOKIE, cookie, max_age=YEAR, **_flags())
        answer.delete_cookie(pairing.COOKIE, samesite="Strict")
        return answer
    if waiting is None or not pairing.is_waiting(waiting):
        return _to_wall(request) if request.htmx else not_paired(request)
    if request.htmx:
        return HttpResponse(status=204)
    address = request.build_absolute_uri(f"{reverse('screens')}#ma={waiting.code}")
    context = {"code": f"{waiting.code[:4]} {waiting.code[4:]}", "until": waiting.made_at + pairing.GOOD_FOR,
               "address": request.build_absolute_uri(reverse("screens")), "qr": _qr(address)}
    return render(request, "live/pair.html", context)


def _begun(request):
    try:
        begun = pairing.begin(request.META["REMOTE_ADDR"])
    except pairing.TooMany:
        return not_paired(request, status=429)
    answer = redirect("wall_pair")
    answer.set_cookie(pairing.COOKIE, pairing.seal(begun), max_age=2 * pairing.GOOD_FOR, **_flags())
    return answer


def _flags() -> dict:
    return {"httponly": True, "samesite": "Strict", "secure": settings.SESSION_COOKIE_SECURE}


def _to_wall(request):
    if request.htmx:
        return HttpResponse(headers={"HX-Redirect": reverse("wall")})
    return redirect("wall")


def _qr(text: str) -> SafeString:
    """As SVG without any style: the page's policy allows none."""
    code = segno.make(text, error="m", micro=False)
    drawn = code.svg_inline(border=2, omitsize=True, dark="#000", light="#fff", svgclass="qr", lineclass=None,
                            title=_("Mã QR để ghép màn hình"))
    return mark_safe(drawn)  # noqa: S308 - our own address, drawn


def not_paired(request, status: int = 404):
    """The wall has no device, or one that was revoked, which comes back by itself when that is undone."""
    was_paired = devices.paired(request.COOKIES.get(devices.COOKIE)) is not None
    context = {"was_paired": was_paired, "too_many": status == 429}
    return render(request, "live/refused.html", context, status=status)


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
    """A wall that shows a code becomes a device."""

    code = forms.CharField(
        label=gettext_lazy("Mã trên màn hình"), max_length=20,
        help_text=gettext_lazy("Chỉ nhập mã đang hiện trên màn hình trước mặt bạn."),
        widget=forms.TextInput({"inputmode": "numeric", "autocomplete": "off", "data-from-hash": ""}),
    )

    class Meta:
        model = Device
        fields = ["name", "place", "unit"]

    def __init__(self, keeper, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.keeper = keeper
        units = Unit.objects.in_force().exclude(kind=Unit.Kind.UNASSIGNED)
        city = next((unit for unit in units if unit.kind == Unit.Kind.CITY), None)
        self.fields["unit"] = forms.ModelChoiceField(units, label=self.fields["unit"].label, initial=city)
        self.order_fields(["code", "name", "place", "unit"])

    def clean_code(self) -> Pairing:
        try:
            found = pairing.waiting_for(self.cleaned_data["code"], self.keeper.pk)
        except pairing.TooMany:
            raise forms.ValidationError(_("Nhập sai mã nhiều lần. Hãy đợi 10 phút rồi thử lại.")) from None
        if found is None:
            raise forms.ValidationError(_("Không có màn hình nào đang chờ với mã này. Hãy lấy mã mới trên màn hình."))
        return found


def _keeper(request) -> None:
    if request.user.role not in KEEPERS:
        raise Http404


@never_cache
@login_required
def device_list(request):
    """The walls with when each was last seen; a new one by the code that it shows."""
    _keeper(request)
    form = DeviceForm(request.user, request.POST or None)
    if request.method == "POST" and form.is_valid():
        given = form.cleaned_data
        waiting = given.pop("code")
        if pairing.confirm(waiting, **given) is not None:
            messages.success(request, _("Đã ghép “%(name)s”, đang ở địa chỉ %(address)s. Số liệu hiện sau vài giây.")
                             % {"name": given["name"], "address": waiting.address})
        return redirect("screens")
    now = timezone.now()
    rows = [(row, devices.is_restorable(row, now))
            for row in Device.objects.select_related("unit").order_by("-revoked_at", "name")]
    context = {"form": form, "devices": sorted(rows, key=lambda row: row[0].revoked_at is not None),
               "wall": request.build_absolute_uri(reverse("wall"))}
    return render(request, "live/devices.html", context, status=422 if form.errors else 200)


@never_cache
@login_required
def device_revoke(request, pk: int):
    """GET asks, POST does it."""
    _keeper(request)
    device = get_object_or_404(Device.objects.select_related("unit"), pk=pk, revoked_at=None)
    if request.method != "POST":
        return render(request, "live/revoke.html", {"device": device, "nav_current": "screens"})
    devices.revoke(device)
    messages.success(request, _("Đã thu hồi màn hình. Có thể khôi phục trong 24 giờ."))
    return redirect("screens")


@login_required
@require_POST
def device_restore(request, pk: int):
    _keeper(request)
    if devices.restore(get_object_or_404(Device, pk=pk)):
        messages.success(request, _("Đã khôi phục. Màn hình hiện lại số liệu trong vòng một phút."))
    else:
        messages.error(request, _("Đã quá 24 giờ: hãy ghép lại màn hình."))
    return redirect("screens")
