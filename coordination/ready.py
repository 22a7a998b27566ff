"""What coordination tells the apps below when all are ready: topics, takers of the feed, what stands beside things."""

from coordination import topics
from coordination.directives import actions, beside, telling
from live import feed


def register() -> None:
    """Called once, by the app's config."""
    topics.register()
    feed.register(feed.Taker("directive-notices", frozenset({actions.KIND}), telling.take))
    telling.register()
    beside.register()
