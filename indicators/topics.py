"""What indicators tell open pages, and who counts what is delivered."""

from accounts.actors import Actor
from live import feed, topics

TAKER = "indicator-totals"
NOTICES = "indicator-notices"


def register() -> None:
    from indicators import deliveries, notices, totals
    from indicators.access import may

    def may_hear(actor: Actor, _number: int | None) -> bool:
        return may(actor, "view")

    topics.register(totals.TOPIC, topics.Kind(may_hear, numbered=False))
    topics.register(totals.OF_UNIT, topics.Kind(may_hear))
    topics.register(notices.TOPIC, topics.Kind(notices.may_hear))
    feed.register(feed.Taker(TAKER, frozenset({deliveries.KIND}), totals.take, notifies=False, feeds_screens=True))
    feed.register(feed.Taker(NOTICES, notices.KINDS, notices.take))
