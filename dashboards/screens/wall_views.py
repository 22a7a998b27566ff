"""The wall's page: the scenes that a paired device shows in turn."""

from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.cache import never_cache

from dashboards.screens import wall
from dashboards.topics import CITY, of_unit
from live import devices, fragments, topics
from live.models import Device
from live.views import not_paired

SCENES = {"today": wall.today, "units": wall.units}


@never_cache
def wall_page(request):
    """The scenes of this device, or with `?part=NAME` one of them as a piece."""
    device = devices.by_cookie(request.COOKIES.get(devices.COOKIE))
    request.acting_kind = "device" if device else ""
    if device is None:
        return not_paired(request)
    part = request.GET.get("part")
    if part:
        if part not in SCENES:
            raise Http404
        return HttpResponse(_scene(part, device))
    scenes = [(name, _scene(name, device)) for name in SCENES]
    heard = ",".join(dict.fromkeys([of_unit(device.unit), CITY]))
    return render(request, "dashboards/wall.html", {"device": device, "scenes": scenes, "live_topics": heard})


def _scene(name: str, device: Device) -> str:
    now = timezone.now()
    topic = of_unit(device.unit) if name == "today" else CITY
    version = topics.versions([topic])[topic]
    return fragments.shared(
        f"dashboards/wall_{name}.html", topic, version, (device.unit_id, timezone.localdate(now)),
        lambda: SCENES[name](device.unit, now) | {"part_url": reverse("wall")},
    )
