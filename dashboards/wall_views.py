"""The wall's pages: pairing a device with its token, the scenes, and the list of screens for those who run them."""

from django import forms
from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST

from accounts.roles import Role
from dashboards import fragments, screens, topics, wall
from dashboards.models import Screen
from districts.models import Unit
from hcmc_ioc.lib import live

KEEPERS = {Role.SUPERVISOR, Role.ADMINISTRATOR}
YEAR = 365 * 86400
SCENES = {"today": wall.today, "units": wall.units}


@never_cache
def pair(request, token: str):
    """Opened once on the device: trades the token for a cookie, so that the token stays in no address or log."""
    screen = screens.by_token(token)
    if screen is None:
        return render(request, "dashboards/wall_refused.html", status=404)
    response = redirect("wall")
    response.set_cookie(
        screens.COOKIE, screens.seal(screen), max_age=YEAR, httponly=True, samesite="Strict",
        secure=settings.SESSION_COOKIE_SECURE,
    )
    return response


@never_cache
def wall_page(request):
    """The scenes of this device, or with `?part=NAME` one of them as a piece."""
    screen = screens.by_cookie(request.COOKIES.get(screens.COOKIE))
    if screen is None:
        return render(request, "dashboards/wall_refused.html", status=404)
    part = request.GET.get("part")
    if part:
        if part not in SCENES:
            raise Http404
        return HttpResponse(_scene(part, screen))
    scenes = [(name, _scene(name, screen)) for name in SCENES]
    heard = ",".join(dict.fromkeys([_topic(screen), live.EVERYTHING]))
    context = {"screen": screen, "scenes": scenes, "live_topics": heard}
    return render(request, "dashboards/wall.html", context)


def _topic(screen: Screen) -> str:
    return live.EVERYTHING if screen.unit.kind == Unit.Kind.CITY else f"unit:{screen.unit_id}"


def _scene(name: str, screen: Screen) -> str:
    now = timezone.now()
    topic = _topic(screen) if name == "today" else live.EVERYTHING
    version = topics.versions([topic])[topic]
    return fragments.shared(
        f"dashboards/wall_{name}.html", topic, version, (screen.unit_id, timezone.localdate(now)),
        lambda: SCENES[name](screen.unit, now) | {"part_url": reverse("wall")},
    )


class ScreenForm(forms.ModelForm):
    class Meta:
        model = Screen
        fields = ["name", "place", "unit"]

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        units = Unit.objects.in_force().exclude(kind=Unit.Kind.UNASSIGNED)
        self.fields["unit"].queryset = units
        self.fields["unit"].initial = next((u.pk for u in units if u.kind == Unit.Kind.CITY), None)


def _keeper(request) -> None:
    if request.user.role not in KEEPERS:
        raise Http404


@never_cache
@login_required
def screen_list(request):
    """The screens with when each was last seen; a new one shows its pairing address once."""
    _keeper(request)
    form = ScreenForm(request.POST or None)
    address = None
    if request.method == "POST" and form.is_valid():
        _screen, token = screens.register(**form.cleaned_data)
        address = request.build_absolute_uri(reverse("wall_pair", args=[token]))
        form = ScreenForm()
    rows = Screen.objects.select_related("unit").order_by("revoked_at", "name")
    context = {"form": form, "screens": rows, "address": address, "now": timezone.now()}
    return render(request, "dashboards/screens.html", context, status=422 if form.errors else 200)


@login_required
@require_POST
def screen_revoke(request, pk: int):
    _keeper(request)
    screens.revoke(get_object_or_404(Screen, pk=pk))
    messages.success(request, _("Đã thu hồi màn hình. Màn hình đó không còn hiển thị số liệu."))
    return redirect("screens")
