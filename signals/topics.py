"""What open pages hear of signals: that what needs attention changed."""

from accounts.actors import Actor
from live import hints, topics
from signals import access

ATTENTION = "attention"


def register() -> None:
    topics.register(ATTENTION, topics.Kind(_may_hear, numbered=False))


def _may_hear(actor: Actor, _number: int | None) -> bool:
    return access.may(actor, "read")


def changed() -> None:
    """Open pages ask again."""
    hints.publish_on_commit(topics.raise_versions([ATTENTION]))
