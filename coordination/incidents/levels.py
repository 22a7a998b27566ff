"""The city's level of operation: set with an end and a reason, read on every header and wall."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.utils import timezone
from django.utils.functional import SimpleLazyObject
from django.utils.translation import gettext as _

from accounts.actors import Actor
from coordination.incidents import access, duty
from coordination.machines.directives import Illegal
from coordination.models import CityLevel, LevelChange
from hcmc_ioc.lib.caching import ttl_cache
from live import hints, topics

TOPIC = "city_level"
LONGEST = timedelta(days=30)  # then it is set anew, or the city is back to normal


@dataclass(frozen=True)
class Standing:
    """The level that holds now; `change` is None at the lowest, which needs nobody."""

    level: CityLevel
    change: LevelChange | None

    @property
    def is_raised(self) -> bool:
        return self.change is not None and self.level.number > 1

    @property
    def interrupts(self) -> bool:
        """Takes over the wall."""
        return self.level.number >= 3


def now(moment: datetime | None = None) -> Standing | None:
    """How the city stands; None where it has no levels. What ran out has ended by itself."""
    moment = moment or timezone.now()
    held = LevelChange.objects.select_related("level", "user").filter(
        ended_at=None, begins__lte=moment, until__gt=moment).order_by("-begins", "-pk").first()
    if held is not None:
        return Standing(held.level, held)
    lowest = CityLevel.objects.order_by("number").first()
    return Standing(lowest, None) if lowest else None


@transaction.atomic
def set_level(actor: Actor, level: CityLevel, until: datetime, reason: str, at: datetime | None = None) -> LevelChange:
    """From now until then; `Illegal` where the end is not ahead, `PermissionDenied` for whoever may not."""
    at = at or timezone.now()
    if actor.user is None or not access.may_set(actor, level):
        raise PermissionDenied
    if not at < until <= at + LONGEST:
        raise Illegal(_("Thời điểm kết thúc phải ở phía trước, trong vòng 30 ngày."))
    if not reason.strip():
        raise Illegal(_("Cần lý do."))
    list(CityLevel.objects.select_for_update())  # two at once in turn: one level stands
    LevelChange.objects.filter(ended_at=None).update(ended_at=at, ended_by=actor.user)
    made = LevelChange.objects.create(level=level, begins=at, until=until, reason=reason.strip(), user=actor.user)
    end = f"{timezone.localtime(until):%H:%M %d/%m}"
    duty.write(None, f"Mức vận hành {level.number} – {level.name_vi} đến {end}: {reason.strip()}", at=at)
    _changed()
    return made


@transaction.atomic
def end_level(actor: Actor, at: datetime | None = None) -> None:
    """Back to normal before its end."""
    at = at or timezone.now()
    held = now(at)
    if held is None or held.change is None:
        raise Illegal(_("Thành phố đang ở mức bình thường."))
    if actor.user is None or not access.may_set(actor, held.level):
        raise PermissionDenied
    LevelChange.objects.filter(ended_at=None).update(ended_at=at, ended_by=actor.user)
    duty.write(None, f"Kết thúc mức vận hành {held.level.number} – {held.level.name_vi}", at=at)
    _changed()


@transaction.atomic
def watch(now_: datetime) -> bool:
    """A level that ran out ends by itself, once, and every page and wall hears of it."""
    over = LevelChange.objects.select_for_update(skip_locked=True, of=("self",)).select_related("level")
    held = over.filter(ended_at=None, until__lte=now_).first()
    if held is None:
        return False
    held.ended_at = held.until
    held.save(update_fields=["ended_at"])
    duty.write(None, f"Hết thời gian mức vận hành {held.level.number} – {held.level.name_vi}", at=now_)
    _changed()
    return True


def _changed() -> None:
    _shown.clear()
    hints.publish_on_commit(topics.raise_versions(["incidents", TOPIC]))


@ttl_cache(seconds=10, maxsize=1)
def _shown() -> Standing | None:
    return now()


def header(request) -> dict:
    """`city_level` for every page (a context processor): at most ten seconds old, and its topic renews it sooner."""
    return {"city_level": SimpleLazyObject(_shown)}
