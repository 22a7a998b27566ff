"""The wall's page: the scenes that a paired device shows in turn."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.cache import never_cache

from dashboards.screens import wall
from dashboards.topics import CITY, of_unit
from districts.models import Unit
from indicators import totals
from live import devices, fragments, topics
from live.models import Device
from live.views import not_paired


@dataclass(frozen=True)
class Scene:
    """What the wall shows in turn: drawn by its template from what `build(unit, now)` finds, renewed when its `topic`
    (of the device's unit) is raised. A scene whose piece says `data-interrupt` takes over; one that says `data-empty`
    is passed over."""

    template: str
    build: Callable[[Unit, datetime], dict]
    topic: Callable[[Unit], str]


def _of_numbers(unit: Unit) -> str:
    return totals.TOPIC if unit.kind == Unit.Kind.CITY else totals.topic_of(unit)


SCENES = {  # apps above add theirs
    "today": Scene("dashboards/wall_today.html", wall.today, of_unit),
    "units": Scene("dashboards/wall_units.html", wall.units, lambda _unit: CITY),
    "numbers": Scene("dashboards/wall_numbers.html", wall.numbers, _of_numbers),
}


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
    heard = ",".join(dict.fromkeys([of_unit(device.unit), CITY, *(one.topic(device.unit) for one in SCENES.values())]))
    return render(request, "dashboards/wall.html", {"device": device, "scenes": scenes, "live_topics": heard})


def _scene(name: str, device: Device) -> str:
    now, scene = timezone.now(), SCENES[name]
    topic = scene.topic(device.unit)
    version = topics.versions([topic])[topic]
    return fragments.shared(
        scene.template, topic, version, (name, device.unit_id, timezone.localdate(now)),
        lambda: scene.build(device.unit, now) | {"part_url": reverse("wall"), "part_name": name},
    )
