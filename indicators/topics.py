"""What indicators tell open pages, and who counts what is delivered."""

from accounts.actors import Actor
from live import feed, topics

TAKER = "indicator-totals"


def register() -> None:
    from indicators import deliveries, totals
    from indicators.access import may

    def may_hear(actor: Actor, _number: int | None) -> bool:
        return may(actor, "view")

    topics.register(totals.TOPIC, topics.Kind(may_hear, numbered=False))
    topics.register(totals.OF_UNIT, topics.Kind(may_hear))
    feed.register(feed.Taker(TAKER, frozenset({deliveries.KIND}), totals.take, notifies=False, feeds_screens=True))
