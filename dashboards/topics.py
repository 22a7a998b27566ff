"""What the figures tell open screens: the topics `city` and `unit:42`, and the fold as a taker of the feed."""

from collections.abc import Iterable

from accounts.actors import Actor
from districts.models import Unit
from feedback import access
from feedback.outbox import oldest
from live import feed, topics

CITY = "city"  # whatever changes anywhere
FOLD_TASK = "dashboards.tasks.fold"


def register() -> None:
    topics.register(CITY, topics.Kind(_may_hear_city, numbered=False))
    topics.register("unit", topics.Kind(_may_hear_unit))
    feed.register(feed.Taker(
        "figures", frozenset({"ticket"}), task=FOLD_TASK, notifies=False, oldest=oldest, feeds_screens=True,
    ))


def of_unit(unit: Unit) -> str:
    """The topic of a unit's figures; the city's is everything."""
    return CITY if unit.kind == Unit.Kind.CITY else f"unit:{unit.pk}"


def of_units(unit_ids: Iterable[int]) -> set[str]:
    """The topics that change with these units: theirs and the city's."""
    return {CITY} | {f"unit:{pk}" for pk in unit_ids}


def everything() -> set[str]:
    """All topics of figures."""
    return of_units(Unit.objects.values_list("pk", flat=True))


def _may_hear_city(actor: Actor, _number: None) -> bool:
    return access.may(actor, "figures")  # a bare number: how often something changed somewhere


def _may_hear_unit(actor: Actor, number: int) -> bool:
    units = actor.scope if access.may(actor, "figures") else []
    return units is None or number in units
