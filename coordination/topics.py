"""What open pages hear of directives."""

from collections.abc import Iterable

from accounts.actors import Actor, Kind
from coordination import access
from coordination.models import Directive, Recipient
from indicators import totals
from live import hints, topics

DIRECTIVES, OF_UNIT, ONE, ON_WALL = "directives", "unit_directives", "directive", "wall_directives"
ROLLOUT = "rollout"


def register() -> None:
    topics.register(DIRECTIVES, topics.Kind(_may_hear_all, numbered=False))
    topics.register(ON_WALL, topics.Kind(_may_hear_wall, numbered=False))
    topics.register(ROLLOUT, topics.Kind(_may_hear_wall, numbered=False))
    topics.register(OF_UNIT, topics.Kind(access.may_hear_unit))
    topics.register(ONE, topics.Kind(_may_hear_one))


def _may_hear_all(actor: Actor, _number: int | None) -> bool:
    return access.reads_all(actor)


def _may_hear_wall(actor: Actor, _number: int | None) -> bool:
    """Counts without a word of what was asked."""
    return actor.kind == Kind.DEVICE or access.reads_all(actor)


def _may_hear_one(actor: Actor, number: int | None) -> bool:
    return number is not None and access.readable(actor).filter(pk=number).exists()


def rollout_changed() -> None:
    """Walls that show the roll-out ask again."""
    hints.publish_on_commit(topics.raise_versions([ROLLOUT]))


def changed(directive: Directive, recipients: Iterable[Recipient]) -> None:
    """Open pages of the directive, of whoever reads all and of the units on both sides ask again; and those that show
    the figure beside which it stands."""
    units = {directive.sender_unit_id, *(row.unit_id for row in recipients)}
    figures = [totals.TOPIC, f"{totals.OF_UNIT}:{directive.figure_unit_id}"] if directive.indicator_id else []
    names = [*figures, DIRECTIVES, ON_WALL, f"{ONE}:{directive.pk}", *(f"{OF_UNIT}:{pk}" for pk in units)]
    hints.publish_on_commit(topics.raise_versions(sorted(names)))
